using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;

namespace M2MCluster.Contracts.Messages;

/// <summary>A message as it stands on disk: the row that is written at acceptance and once more at its end.</summary>
[GenerateSerializer, Immutable, Alias("m2m.MessageRecord")]
public sealed record MessageRecord
{
    [Id(0)] public required MessageId Id { get; init; }

    /// <summary><c>objects/…</c>, or <c>groups/…</c> for the message that a group's members' messages belong to.</summary>
    [Id(1)] public required string Target { get; init; }

    /// <summary>The group's message that this one is a member's part of, and whose payload it has.</summary>
    [Id(2)] public MessageId? Parent { get; init; }
    [Id(3)] public required string Application { get; init; }
    [Id(4)] public required DateTimeOffset AcceptedAt { get; init; }
    [Id(5)] public required DateTimeOffset ExpiresAt { get; init; }
    [Id(6)] public required int Priority { get; init; }
    [Id(7)] public required Confirmation Confirmation { get; init; }
    [Id(8)] public required string ContentType { get; init; }
    [Id(9)] public required byte[] Payload { get; init; }
    [Id(10)] public Command? Command { get; init; }
    [Id(11)] public string? CoalesceKey { get; init; }
    [Id(12)] public string? RequestId { get; init; }

    /// <summary>Null while the message waits.</summary>
    [Id(13)] public Outcome? Outcome { get; init; }
    [Id(14)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended so, in words.</summary>
    [Id(15)] public string? Detail { get; init; }
    [Id(16)] public MessageResult? Result { get; init; }
    [Id(17)] public IReadOnlyList<MessageStep> Steps { get; init; } = [];

    /// <summary>The trace in which it was sent (W3C <c>traceparent</c>), if any.</summary>
    [Id(18)] public string? TraceParent { get; init; }

    /// <summary>Null: the sender asked for nothing beyond the above.</summary>
    [Id(19)] public DeliveryTerms? Terms { get; init; }

    /// <summary>Null: nothing was tried, and it never left its first state.</summary>
    [Id(20)] public MessageTrail? Trail { get; init; }

    /// <summary>What its sender was warned of.</summary>
    [Id(21)] public ServiceAttributes Warned { get; init; }

    /// <summary>The ways as they were weighed for the latest attempt; null where there was nothing to weigh.</summary>
    [Id(22)] public IReadOnlyList<PathView>? Paths { get; init; }

    /// <summary>Its place in its bearer's plan; null: it was not planned.</summary>
    [Id(30)] public PlannedSlot? Plan { get; init; }

    [Id(23)] public PartTraits Part { get; init; }

    /// <summary>Of a group's message.</summary>
    [Id(24)] public DeliveryMode Mode { get; init; }

    /// <summary>The group's message that this one, to a gateway, carries to several of the gateway's children.</summary>
    [Id(25)] public MessageId? FrameOf { get; init; }

    /// <summary>Null: it belongs to no transaction. The message that a transaction is as a whole has it only once it has ended.</summary>
    [Id(26)] public TransactionRole? Transaction { get; init; }

    /// <summary>The id of the object that sent it, if one did; it is told of the outcome by a message of its own.</summary>
    [Id(31)] public string? Peer { get; init; }

    /// <summary>What the network was asked for, and what it gave; null: nothing was asked. While the message waits this is known in memory only.</summary>
    [Id(34)] public QosView? Quality { get; init; }

    /// <summary>Of a message to whoever is somewhere; its parts have none.</summary>
    [Id(35)] public GeoArea? Area { get; init; }

    /// <summary>The id of the report task that asks by it: what the object answers is kept as its report. Null: it is no such question.</summary>
    [Id(44)] public string? Task { get; init; }

    /// <summary>Of a transaction's message to one object: that object's promise decides it, also where others are asked after it (anycast).</summary>
    public bool IsDecidedAlone => Parent is null || Part.HasFlag(PartTraits.Anycast);

    /// <summary>Before this the object does not get it; null: at once. Beyond all time while its object has given its word on it, or it was taken back.</summary>
    public DateTimeOffset? OpensAt => Transaction is { IsHeld: true } ? DateTimeOffset.MaxValue : Plan?.At ?? Terms?.NotBefore;

    /// <summary>When it should have left, where it can wait: later by its tolerance than it might leave, and before it expires. Null: it cannot wait.</summary>
    public DateTimeOffset? Latest => Terms?.Tolerance is not { Ticks: > 0 } tolerance ? null
        : (Terms.NotBefore ?? AcceptedAt) is var from && ExpiresAt - from > tolerance ? from + tolerance
        : ExpiresAt - TimeSpan.FromMilliseconds(1);

    /// <summary>The same as Unix milliseconds, 0: at once.</summary>
    public long OpenAt => OpensAt is not { } opens ? 0 : opens == DateTimeOffset.MaxValue ? long.MaxValue : DueTime.Of(opens);

    /// <summary>Whether the object may have it at that time: its time has come, and it has not expired.</summary>
    public bool IsOpen(DateTimeOffset at) => ExpiresAt > at && !(OpensAt > at);
}
