namespace M2MCluster.Contracts.Messages;

/// <summary>A message as its object sees it.</summary>
/// <param name="From">The id of the object that sent it, if one did.</param>
/// <param name="CastAs">The name under which the object may have had it already, by a datagram to a group address.</param>
[GenerateSerializer, Immutable, Alias("m2m.WaitingMessage")]
public sealed record WaitingMessage(
    [property: Id(0)] MessageId Id,
    [property: Id(1)] string ContentType,
    [property: Id(2)] byte[] Payload,
    [property: Id(3)] int Priority,
    [property: Id(4)] DateTimeOffset ExpiresAt,
    [property: Id(5)] Confirmation Confirmation,
    [property: Id(6)] Command? Command = null,
    [property: Id(7)] string? TraceParent = null,
    [property: Id(20)] TransactionMark? Transaction = null,
    [property: Id(8)] string? From = null,
    [property: Id(26)] MessageId? CastAs = null);
