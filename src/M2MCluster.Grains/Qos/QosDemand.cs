using M2MCluster.Contracts;
using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>Somebody for whose sake an object has a session: a message, or a flow that was opened.</summary>
/// <param name="Target">Of a flow, as it was asked for; null: a message.</param>
/// <param name="Until">Unix milliseconds; it needs nothing after that.</param>
/// <param name="Known">The status that its application knows of.</param>
/// <param name="KnownReason">With its reason.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosDemand")]
internal sealed record QosDemand(
    [property: Id(0)] MessageId Holder,
    [property: Id(1)] string? Target,
    [property: Id(2)] string Application,
    [property: Id(3)] DateTimeOffset Since,
    [property: Id(4)] string? TraceParent,
    [property: Id(5)] QosTerms Terms,
    [property: Id(6)] long Until,
    [property: Id(7)] QosStatus Known = QosStatus.Asking,
    [property: Id(8)] QosReason KnownReason = QosReason.None);
