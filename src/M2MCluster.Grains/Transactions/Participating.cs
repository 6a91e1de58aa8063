using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Contracts.Groups;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Transactions;

/// <summary>
/// The object's side of a transaction (4.16). A part is handed out only after that is on disk, so a part that was never handed out needs no rollback. Its promise is on
/// disk before it counts. A message that goes to this object alone is decided here; for a group the transaction's grain decides.
/// </summary>
internal static class Participating
{
    /// <summary>The object is about to have the part.</summary>
    public static void HandOut(Turn turn, MailboxItem item)
    {
        if (item.Record.Transaction is { Phase: TransactionPhase.Waiting } role)
            turn.Change(item, item.Record with { Transaction = role with { Phase = TransactionPhase.HandedOut } }, "handed out to be prepared");
    }

    /// <summary>What a result says that was given before: null if it is a new one.</summary>
    public static ResultReceipt? Repeated(MessageRecord message, MessageResult result)
    {
        if (message.Transaction is not { Phase: TransactionPhase.Prepared } || message.Result is not { } promise) return null;
        return promise.Same(result) ? ResultReceipt.Repeated : ResultReceipt.Conflict;
    }

    /// <summary>The object answered. False: the message belongs to no transaction.</summary>
    public static bool Answer(
        Turn turn, ObjectCore core, MailboxItem item, MessageResult result, string? detail, (Bearer Over, AttemptResult Result)? how = null)
    {
        switch (item.Record.Transaction)
        {
            case null:
                return false;
            case { Of: not null }:
                Carry(turn, core, item, result, detail, how);
                return true;
            case { Phase: TransactionPhase.Prepared }:
                return true;
            case { Phase: TransactionPhase.TakenBack } when result.Ok:
                // The rollback is on its way to it.
                return true;
            case var role when result.Ok:
                turn.Change(item, item.Record with { Transaction = role with { Phase = TransactionPhase.Prepared }, Result = result }, "prepared");
                if (item.Record.IsDecidedAlone) turn.Accepted.Add(Decisions.Make(item.Record, null, TransactionVerb.Commit, core.Services.Ids, turn.Now));
                return true;
            default:
                turn.End(item, Outcome.Rejected, detail ?? "the object did not prepare", result, how);
                // A decision that was taken meanwhile has nothing left to decide.
                foreach (var decision in DecisionsOn(core, item.Record.Id)) turn.End(decision, Outcome.Cancelled, "the object had not prepared");
                return true;
        }
    }

    /// <summary>What others decided comes in with the inbox.</summary>
    public static void Merge(Turn turn, ObjectCore core)
    {
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.Transaction is { Of: not null, Whole: not null } && !turn.Ends(item)))
        {
            var role = item.Record.Transaction!;
            var part = core.Mailbox.Find(role.Of!.Value);
            if (part is null || turn.Ends(part)) turn.End(item, Outcome.Cancelled, "nothing is left to decide");
            else if (role.Phase == TransactionPhase.Rollback) TakeBack(turn, part, item, role);
        }
    }

    /// <summary>The message's time has come. False: it expires as any other.</summary>
    public static bool OutlivesExpiry(Turn turn, ObjectCore core, MailboxItem item)
    {
        if (item.Record.Transaction is not { } role || role.Phase == TransactionPhase.Waiting) return false;
        if (role.Of is { } of)
        {
            // Nobody waits longer than for any message.
            if (core.Mailbox.Find(of) is { } forgotten) End(turn, forgotten, role, "the object never answered");
            return false;
        }

        if (item.Record.IsDecidedAlone && role.Phase == TransactionPhase.HandedOut)
            RollBack(turn, core, item, Outcome.Expired, "the object did not prepare in time");
        return true;
    }

    /// <summary>Whether others decide what becomes of a part that the object may have, also when its time is over: they see to it that the object is woken then.</summary>
    public static bool AwaitsDecision(MessageRecord message) => message is { Parent: not null, Transaction: { Of: null, Phase: TransactionPhase.HandedOut } };

    /// <summary>Whoever was told, and does not answer, is in doubt from a time on: its part of the transaction ends, and what it does later is told when it is known.</summary>
    public static void Doubt(Turn turn, ObjectCore core)
    {
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.Transaction is { Of: not null, Whole: null }).ToList())
        {
            var role = item.Record.Transaction!;
            if (core.Mailbox.Find(role.Of!.Value) is not { } part || Decisions.InDoubtAt(part.Record, item.Record.AcceptedAt) > turn.Now) continue;
            End(turn, part, role, $"the object has not answered the {(role.Phase == TransactionPhase.Commit ? "commit" : "rollback")}");
        }
    }

    /// <summary>When <see cref="Doubt"/> has something to say about the message; null: never.</summary>
    public static DateTimeOffset? DoubtAt(ObjectCore core, MessageRecord message) =>
        message.Transaction is { Of: { } of, Whole: null } && core.Mailbox.Find(of) is { } part ? Decisions.InDoubtAt(part.Record, message.AcceptedAt) : null;

    /// <summary>The sender takes the message back. False: it belongs to no transaction, or was never handed out.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.FailedPrecondition"/></exception>
    public static bool Cancel(Turn turn, ObjectCore core, MailboxItem item, string actor)
    {
        if (item.Record.Transaction is not { } role) return false;
        if (role.Of is { } of) throw new M2MException(ErrorCode.FailedPrecondition, $"it tells the object how {Names.Messages}{of} was decided, which stands");
        if (item.Record.Parent is { } whole) throw new M2MException(ErrorCode.FailedPrecondition, $"it is a part of {Names.Messages}{whole}, which can be cancelled as a whole");
        if (role.IsHeld) throw new M2MException(ErrorCode.FailedPrecondition, "it is decided already");
        if (role.Phase == TransactionPhase.Waiting) return false;
        RollBack(turn, core, item, Outcome.Cancelled, $"by {actor}");
        return true;
    }

    /// <summary>Tells whoever waits for parts of something that this one moved on.</summary>
    public static void Tell(IGrainFactory grains, MessageRecord message)
    {
        if (message.Parent is not { } parent) return;
        // That it is on its way decides nothing.
        if (message is { Outcome: null, Transaction.Phase: not TransactionPhase.Prepared }) return;
        if (message is { Transaction: { } role, IsDecidedAlone: false }) grains.GetGrain<ITransactionGrain>(parent.Value).Told(new(message.Id, role.Phase, message.Outcome)).AsTask().Ignore();
        else if (message.Outcome is not null) grains.GetGrain<IGroupMessageGrain>(parent.Value).PartEnded().AsTask().Ignore();
    }

    private static void End(Turn turn, MailboxItem part, TransactionRole decision, string doubt)
    {
        if (decision.Phase == TransactionPhase.Commit) turn.End(part, Outcome.Unknown, $"in doubt: {doubt}", part.Record.Result);
        else turn.End(part, decision.Cause ?? Outcome.Cancelled, $"{decision.Reason}; in doubt: {doubt}", part.Record.Result);
    }

    private static List<MailboxItem> DecisionsOn(ObjectCore core, MessageId part) =>
        core.Mailbox.InOrder.Where(item => item.Record.Transaction?.Of == part).ToList();

    /// <summary>Another object is asked instead. False: this one has given its word, and is told to keep it.</summary>
    public static bool TryTakeBack(Turn turn, ObjectCore core, MailboxItem item, string reason)
    {
        if (item.Record.Transaction!.Phase == TransactionPhase.HandedOut) RollBack(turn, core, item, Outcome.Cancelled, reason);
        return item.Record.Transaction.Phase != TransactionPhase.Prepared;
    }

    private static void RollBack(Turn turn, ObjectCore core, MailboxItem part, Outcome cause, string reason)
    {
        turn.Accepted.Add(Decisions.Make(part.Record, null, TransactionVerb.Rollback, core.Services.Ids, turn.Now, cause, reason));
        Hold(turn, part, reason);
    }

    private static void TakeBack(Turn turn, MailboxItem part, MailboxItem decision, TransactionRole role)
    {
        switch (part.Record.Transaction!.Phase)
        {
            case TransactionPhase.Waiting:
                turn.End(part, Outcome.Cancelled, $"rolled back before it was handed out: {role.Reason}");
                turn.End(decision, Outcome.Cancelled, "the object never had it");
                break;
            case TransactionPhase.HandedOut:
                Hold(turn, part, role.Reason);
                break;
        }
    }

    private static void Hold(Turn turn, MailboxItem part, string? reason) => turn.Change(
        part, part.Record with { Transaction = part.Record.Transaction! with { Phase = TransactionPhase.TakenBack } }, $"taken back: {reason}");

    /// <summary>The object carried the decision out, or says that it could not.</summary>
    private static void Carry(Turn turn, ObjectCore core, MailboxItem decision, MessageResult result, string? detail, (Bearer Over, AttemptResult Result)? how)
    {
        var role = decision.Record.Transaction!;
        turn.End(decision, result.Ok ? Outcome.Applied : Outcome.Rejected, detail, result, how);
        if (core.Mailbox.Find(role.Of!.Value) is not { } part)
        {
            var former = decision.Record with { Id = role.Of.Value, Transaction = null };
            turn.TellSender(former, EventTypes.MessageSettled, EventData.Settled(former, role.Phase == TransactionPhase.Commit, result));
            return;
        }

        var (outcome, why) = (role.Phase, result.Ok) switch
        {
            (TransactionPhase.Commit, true) => (Outcome.Applied, null),
            (TransactionPhase.Commit, false) => (Outcome.Failed, "the object had prepared, and did not commit"),
            (_, true) => (role.Cause ?? Outcome.Cancelled, $"rolled back: {role.Reason}"),
            (_, false) => (Outcome.Unknown, "the object could not roll back"),
        };
        turn.End(part, outcome, why, result.Payload is null && result.Ok ? part.Record.Result ?? result : result);
    }
}
