using System.Collections.Immutable;

namespace M2MCluster.Contracts.Qos;

/// <summary>A flow that an application opened, as it stands.</summary>
/// <param name="Until">It holds until then, as far as the network gives it.</param>
/// <param name="Objects">One of each object.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosFlowView")]
public sealed record QosFlowView(
    [property: Id(0)] MessageId Flow,
    [property: Id(1)] string Target,
    [property: Id(2)] string Application,
    [property: Id(3)] DateTimeOffset Until,
    [property: Id(4)] ImmutableArray<QosView> Objects);
