using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>Applies coalescing and bounds to what others wrote into the inbox, as if it had come one by one.</summary>
internal static class Merging
{
    public static void Settle(Turn turn, ObjectCore core)
    {
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.Id.Value < turn.State.CreatedBy))
            turn.End(item, Outcome.Failed, "the object was deleted");
        Participating.Merge(turn, core);
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record is { Parent: not null, Transaction: null } && !turn.Ends(item)))
        {
            if (Admitting.Refusal(core, turn.Description, item.Record) is { } reason) turn.End(item, Outcome.Failed, reason);
        }

        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record is { Transaction: { Phase: TransactionPhase.Waiting, Of: null } } && !turn.Ends(item)))
        {
            // It was never handed out, and cannot be prepared.
            if (Firmware.RefusalOf(core.Sharing.Over(turn.Description), item.Record.Command, item.Record.ContentType) is { } reason)
                turn.End(item, Outcome.Failed, $"the object is not upgradable: {reason}");
        }

        foreach (var older in core.Mailbox.Outdated().Where(item => !turn.Ends(item)))
            turn.End(older, Outcome.Superseded, "by a later message with the same key");
        foreach (var item in core.Mailbox.Excess(turn.Description.Mailbox, turn.Ends))
            turn.End(item, Outcome.Evicted, "the mailbox is full");
    }
}
