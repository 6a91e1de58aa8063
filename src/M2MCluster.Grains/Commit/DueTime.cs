namespace M2MCluster.Grains.Commit;

/// <summary>A time at which an object is to be woken.</summary>
/// <param name="At">Unix milliseconds.</param>
public readonly record struct DueTime(long At, string ObjectId);
