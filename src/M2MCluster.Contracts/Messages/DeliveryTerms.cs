using M2MCluster.Contracts.Qos;

namespace M2MCluster.Contracts.Messages;

/// <summary>How a message is to be delivered, where its sender asked for more than the platform does by itself.</summary>
[GenerateSerializer, Immutable, Alias("m2m.DeliveryTerms")]
public sealed record DeliveryTerms
{
    /// <summary>The object does not get it before; earlier than the message expires.</summary>
    [Id(0)] public DateTimeOffset? NotBefore { get; init; }

    /// <summary>By how much later it may leave, counted from <see cref="NotBefore"/> or acceptance; null or nothing: it leaves at once.</summary>
    [Id(1)] public TimeSpan? Tolerance { get; init; }

    /// <summary>The id of its service class.</summary>
    [Id(2)] public string? ServiceClass { get; init; }

    /// <summary>A filter over the object's characteristics and conditions: as long as it does not hold, the message is held back.</summary>
    [Id(3)] public string? Constraint { get; init; }

    /// <summary>Over which ways it may go; null: over any that does not cost extra.</summary>
    [Id(4)] public PathPolicy? Paths { get; init; }

    /// <summary>Of a command.</summary>
    [Id(5)] public WhenHeld WhenHeld { get; init; }

    /// <summary>What the network is asked for before it leaves; null: nothing.</summary>
    [Id(8)] public QosTerms? Qos { get; init; }

    /// <summary>The flow that holds a share of a bearer, out of which it leaves (D.3.3.a); null: as all that is of no flow.</summary>
    [Id(9)] public MessageId? Flow { get; init; }
}
