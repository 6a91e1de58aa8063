namespace M2MCluster.Contracts.Messages;

/// <summary>What a message is to its transaction: a part of it, or the decision on a part.</summary>
/// <param name="Of">Of a decision: the part that it decides on. Null for a part.</param>
/// <param name="Whole">Of a decision that was taken for several objects: the transaction's own message.</param>
/// <param name="Cause">Of a rollback: how the part ends once the object knows.</param>
/// <param name="Reason">Of a rollback: why, in words.</param>
[GenerateSerializer, Immutable, Alias("m2m.TransactionRole")]
public sealed record TransactionRole(
    [property: Id(0)] TransactionPhase Phase,
    [property: Id(1)] MessageId? Of = null,
    [property: Id(2)] MessageId? Whole = null,
    [property: Id(3)] Outcome? Cause = null,
    [property: Id(4)] string? Reason = null)
{
    /// <summary>Whether the object has given its word, or the word was taken back: nothing more is handed out of this message.</summary>
    public bool IsHeld => Phase is TransactionPhase.Prepared or TransactionPhase.TakenBack;
}
