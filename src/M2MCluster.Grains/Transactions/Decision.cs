using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Transactions;

/// <param name="Cause">Of a rollback: how the transaction ends.</param>
/// <param name="Reason">Of a rollback: why, in words.</param>
internal sealed record Decision(bool Commits, Outcome? Cause = null, string? Reason = null);
