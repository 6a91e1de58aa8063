namespace M2MCluster.Contracts.Cluster;

/// <summary>The cluster as its members know it; the key is 0.</summary>
[Alias("m2m.IClusterGrain"), GrainInterfaceType("m2m.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// The silos by their addresses, those that stopped or died left out. A silo that does not answer within five seconds is there without
    /// figures.
    /// </summary>
    [Alias("Read")] ValueTask<ClusterView> Read();
}
