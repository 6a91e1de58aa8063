using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Sessions;

/// <summary>What became of an attempt.</summary>
public enum SettlementKind
{
    /// <summary>Handed to the bearer; nothing more is known.</summary>
    Sent = 0,
    /// <summary>The object has it (PUBACK, an acknowledged request).</summary>
    Acknowledged = 1,
    /// <summary>The object answered; see <see cref="Settlement.Result"/>.</summary>
    Answered = 2,
    /// <summary>Nothing came back; the session may be dead. The message waits on.</summary>
    Lost = 3,
    /// <summary>The object is there but cannot now (5.03, quota); the message waits, and is tried again after <see cref="Settlement.RetryAfter"/>.</summary>
    Busy = 4,
    /// <summary>A service that stores messages has it, and tells later what became of it; see <see cref="Settlement.References"/>.</summary>
    Stored = 5,
    /// <summary>The message will never arrive this way.</summary>
    Undeliverable = 6,
    /// <summary>The object takes it in piece by piece; the attempt goes on.</summary>
    UnderWay = 7,
    /// <summary>It was handed to a service that stores messages, and nobody knows whether that has it.</summary>
    InDoubt = 16,
}

/// <summary>The edge's word on an attempt.</summary>
/// <param name="Result">Set for <see cref="SettlementKind.Answered"/>.</param>
/// <param name="RetryAfter">Set for <see cref="SettlementKind.Busy"/>.</param>
/// <param name="Detail">In words, for explain: a CoAP code, an MQTT reason.</param>
[GenerateSerializer, Immutable, Alias("m2m.Settlement")]
public sealed record Settlement(
    [property: Id(0)] SettlementKind Kind,
    [property: Id(1)] MessageResult? Result = null,
    [property: Id(2)] TimeSpan? RetryAfter = null,
    [property: Id(3)] string? Detail = null)
{
    /// <summary>For <see cref="SettlementKind.Stored"/>: the service's names of the message's parts; none if it did not tell them, so that no receipt will be known.</summary>
    [Id(4)] public ImmutableArray<string> References { get; init; } = [];
}
