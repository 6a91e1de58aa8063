using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Transactions;

/// <summary>Makes the messages that tell objects how a transaction was decided.</summary>
internal static class Decisions
{
    // What an object has promised to do, or holds back, is a reason to hurry.
    private const int Priority = 7;

    /// <param name="part">The part that is decided on.</param>
    /// <param name="whole">The transaction's own message, if it was decided for several objects.</param>
    /// <param name="verb">The decision.</param>
    /// <param name="cause">Of a rollback: how the part ends.</param>
    /// <param name="reason">Of a rollback: why.</param>
    public static MessageRecord Make(
        MessageRecord part, MessageId? whole, TransactionVerb verb, IIdSource ids, DateTimeOffset now, Outcome? cause = null, string? reason = null) => new()
    {
        Id = new(ids.Next()),
        Target = part.Target,
        Application = part.Application,
        AcceptedAt = now,
        // An object that is away keeps its word until it is back.
        ExpiresAt = now + MessageAcceptance.MaxTimeToLive,
        Priority = Priority,
        Confirmation = Confirmation.Transaction,
        ContentType = part.ContentType,
        Payload = [],
        Command = part.Command,
        Steps = [new(now, $"{(verb == TransactionVerb.Commit ? "commit" : "rollback")} of {Names.Messages}{part.Id} decided{(reason is null ? "" : ": " + reason)}")],
        TraceParent = part.TraceParent,
        Terms = part.Terms?.Paths is { } paths ? new() { Paths = paths } : null,
        Transaction = new(verb == TransactionVerb.Commit ? TransactionPhase.Commit : TransactionPhase.Rollback, part.Id, whole, cause, reason),
    };

    /// <summary>Until when the object is waited for, before the one who sent is told that it is in doubt: as long as it had to prepare.</summary>
    public static DateTimeOffset InDoubtAt(MessageRecord part, DateTimeOffset decidedAt) => decidedAt + (part.ExpiresAt - part.AcceptedAt);
}
