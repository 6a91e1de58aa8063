namespace M2MCluster.Grains.Commit;

/// <summary>A part of the list of members that a message to a group has to reach.</summary>
/// <param name="Campaign">The message's id.</param>
/// <param name="Ordinal">From 0, without gaps; below it what the list is made of.</param>
/// <param name="Body">Whatever its writer puts there.</param>
public sealed record TargetChunk(long Campaign, int Ordinal, byte[] Body);
