namespace M2MCluster.Contracts;

/// <summary>Wakes objects at the times that they armed, by an index on the due time; there is one.</summary>
[Alias("m2m.IScheduleGrain")]
public interface IScheduleGrain : IGrainWithIntegerKey
{
    /// <summary>Begins to look, and goes on while the silo lives.</summary>
    [Alias("Start")] ValueTask Start();
}
