namespace M2MCluster.Contracts;

/// <summary>A time at which an object is to be woken.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="ObjectId">The object's id, or <c>messages/ID</c> for a group's message, <c>transactions/ID</c> for a transaction, <c>applications/ID</c> for the mailbox of an application, <c>qos/BEARER</c> for what a network is asked for, <c>reportTasks/ID</c> for a report task; no object's id holds a slash.</param>
[GenerateSerializer, Immutable, Alias("m2m.DueTime")]
public readonly record struct DueTime([property: Id(0)] long At, [property: Id(1)] string ObjectId)
{
    /// <summary>
    /// The index of due times is divided into so many parts. The number stands in each row: another one needs a migration that writes them
    /// anew (decision 11).
    /// </summary>
    public const int Shards = 64;

    /// <summary>Unix milliseconds, rounded up: what falls due at the time has fallen due then.</summary>
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    /// <summary>The part of the index that holds the object's times, 0 to 63: FNV-1a of 32 bits over the id, modulo the number of parts.</summary>
    public static int ShardOf(ReadOnlySpan<char> objectId)
    {
        var hash = 2166136261u;
        foreach (var c in objectId) hash = (hash ^ c) * 16777619u;
        return (int)(hash % Shards);
    }
}
