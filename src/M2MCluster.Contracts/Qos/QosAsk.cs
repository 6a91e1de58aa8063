namespace M2MCluster.Contracts.Qos;

/// <summary>A message that wants to leave with a quality of service.</summary>
/// <param name="Message">The message; what it is granted is its own until it is released, or <paramref name="Until"/>.</param>
/// <param name="Application">Who hears of it; empty: an operator's, of which whoever subscribed hears.</param>
/// <param name="Cell">Null: none is known.</param>
/// <param name="Device">Null: the network does not know the object.</param>
/// <param name="Until">It needs nothing after that.</param>
/// <param name="Told">The reason for which it was refused last, of which its sender knows.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosAsk")]
public sealed record QosAsk(
    [property: Id(0)] MessageId Message,
    [property: Id(1)] string ObjectId,
    [property: Id(2)] string Application,
    [property: Id(3)] DateTimeOffset AcceptedAt,
    [property: Id(4)] string? TraceParent,
    [property: Id(5)] string? Cell,
    [property: Id(6)] QosDevice? Device,
    [property: Id(7)] QosTerms Terms,
    [property: Id(8)] DateTimeOffset Until,
    [property: Id(9)] QosReason Told);
