namespace M2MCluster.Grains.Commit;

/// <summary>A time at which an object is to be woken.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="ObjectId">The object's id, or <c>messages/ID</c> for a group's message; no object's id holds a slash.</param>
public readonly record struct DueTime(long At, string ObjectId)
{
    /// <summary>Unix milliseconds, rounded up: what falls due at the time has fallen due then.</summary>
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
}
