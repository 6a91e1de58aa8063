namespace M2MCluster.Contracts.Cluster;

/// <summary>Tells of the silo that it is on; the key is that silo's address.</summary>
[Alias("m2m.ISiloGrain"), GrainInterfaceType("m2m.ISiloGrain")]
public interface ISiloGrain : IGrainWithStringKey
{
    /// <summary>Null: this is another silo than the key says, and the next call finds the right one.</summary>
    [Alias("Read")] ValueTask<SiloFigures?> Read();
}
