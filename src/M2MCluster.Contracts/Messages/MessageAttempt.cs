using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Messages;

/// <summary>One attempt to hand a message to its object.</summary>
/// <param name="EndedAt">Null: nothing was heard of it when the message ended, or it is under way.</param>
/// <param name="Result">Null as <paramref name="EndedAt"/>.</param>
/// <param name="Detail">In words of the bearer: a CoAP code, an MQTT reason.</param>
[GenerateSerializer, Immutable, Alias("m2m.MessageAttempt")]
public sealed record MessageAttempt(
    [property: Id(0)] Bearer Bearer,
    [property: Id(1)] DateTimeOffset BeganAt,
    [property: Id(2)] DateTimeOffset? EndedAt = null,
    [property: Id(3)] AttemptResult? Result = null,
    [property: Id(4)] string? Detail = null);
