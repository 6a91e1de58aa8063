using System.Collections.Immutable;

namespace M2MCluster.Contracts.Cluster;

/// <param name="ReadAt">By the clock of the silo that read it.</param>
[GenerateSerializer, Immutable, Alias("m2m.ClusterView")]
public sealed record ClusterView(
    [property: Id(0)] string ClusterId,
    [property: Id(1)] DateTimeOffset ReadAt,
    [property: Id(2)] ImmutableArray<SiloView> Silos);
