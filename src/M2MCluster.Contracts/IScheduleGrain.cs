using System.Collections.Immutable;
using Orleans.Concurrency;

namespace M2MCluster.Contracts;

/// <summary>
/// Wakes objects at the times that they armed, by one shard of the index of due times; the key is the shard's number, 0 to
/// <see cref="DueTime.Shards"/> less one.
/// </summary>
[Alias("m2m.IScheduleGrain"), GrainInterfaceType("m2m.IScheduleGrain")]
public interface IScheduleGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Begins to look, and goes on while its silo lives. If the shard is at work on another silo than the caller's, it moves to the caller's.
    /// </summary>
    /// <param name="silo">The caller's silo, in Orleans' parsable form.</param>
    [Alias("StartOn")] ValueTask StartOn(string silo);

    /// <summary>Times of this shard were armed, on disk, that are due soon. Only a hint: a lost one is found by the shard's own look.</summary>
    [OneWay, AlwaysInterleave, Alias("Armed")] ValueTask Armed(ImmutableArray<DueTime> times);
}
