namespace M2MCluster.Grains.Commit;

/// <summary>A grain's state, one row.</summary>
/// <param name="Kind">The grain type: <c>object</c>, <c>application</c>, <c>group</c>, <c>alias</c>.</param>
/// <param name="ReadVersion">The version that the grain read, 0 if there was none; the commit makes it one more.</param>
/// <param name="Body">The new state, or null to remove the row.</param>
/// <param name="SeenAt">For objects: Unix milliseconds of the last contact, 0 if there was none.</param>
/// <param name="OnlineUntil">For objects: Unix milliseconds until when it can be called, <see cref="long.MaxValue"/> while connected.</param>
public readonly record struct StateWrite(
    string Kind, string Key, long ReadVersion, byte[]? Body, long SeenAt = 0, long OnlineUntil = 0);
