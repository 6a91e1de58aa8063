using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Transactions;

/// <summary>What a transaction has decided. There is no row before the first decision, or the first look that found nothing to decide; an empty one stays from the end until the message is deleted.</summary>
[GenerateSerializer, Immutable, Alias("m2m.TransactionState")]
internal sealed record TransactionState
{
    /// <summary>Null: nothing is decided.</summary>
    [Id(0)] public bool? Commits { get; init; }

    /// <summary>Of a rollback: how the transaction ends.</summary>
    [Id(1)] public Outcome? Cause { get; init; }

    /// <summary>Of a rollback: why, in words.</summary>
    [Id(2)] public string? Reason { get; init; }
    [Id(3)] public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The time for which it has a row in the index of due times, Unix milliseconds; 0: the first, which was armed with the message.</summary>
    [Id(4)] public long ArmedAt { get; init; }
}
