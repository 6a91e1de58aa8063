using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Transactions;

/// <summary>How a part of a transaction stands, as its object tells it.</summary>
/// <param name="Outcome">Null while it has not ended.</param>
[GenerateSerializer, Immutable, Alias("m2m.PartStanding")]
public readonly record struct PartStanding(
    [property: Id(0)] MessageId Part,
    [property: Id(1)] TransactionPhase Phase,
    [property: Id(2)] Outcome? Outcome);
