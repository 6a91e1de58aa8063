using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Reading;

/// <param name="Outcome">Null for messages that wait.</param>
public sealed record OutcomeCount(Outcome? Outcome, int Count);
