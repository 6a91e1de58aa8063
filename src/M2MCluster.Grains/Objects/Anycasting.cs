using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// The member's side of an anycast: that it may have the message is on disk before anybody hands it over. So what is withdrawn was never sent, whatever crashed meanwhile,
/// and what may have arrived is never given to another.
/// </summary>
internal static class Anycasting
{
    /// <returns>Whether the object will not carry it out: it never had it, has refused, or had only to prepare it and has not promised.</returns>
    public static async ValueTask<bool> WithdrawAsync(ObjectCore core, Delivering delivering, MessageId id)
    {
        const string reason = "another member is asked";
        await core.LoadExistingAsync();
        // It ended: how, its record says.
        if (core.Mailbox.Find(id) is not { } item) return true;
        var turn = core.Begin();
        if (item.Record.Transaction is { Phase: not TransactionPhase.Waiting })
        {
            if (!Participating.TryTakeBack(turn, core, item, reason)) return false;
        }
        else if (item.Record.Part.HasFlag(PartTraits.Tried)) return false;
        else turn.End(item, Outcome.Cancelled, reason);
        await core.CommitAsync(turn);
        await delivering.PumpAsync();
        return true;
    }

    /// <summary>Writes with the turn that the object may have the message from now on.</summary>
    public static void Try(Turn turn, MailboxItem item)
    {
        if (item.IsUntriedAnycast && !turn.Ends(item)) turn.Amended.Add(item.Record with { Part = item.Record.Part | PartTraits.Tried });
    }
}
