using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Transactions;

/// <summary>Begins a transaction with several objects: its own message and each object's part, in one set.</summary>
internal static class TransactionStart
{
    // Hints bring it forward as a rule; this is for those that were lost with a silo.
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(5);

    /// <summary>When a transaction that has no row yet is looked at.</summary>
    public static long FirstLookAt(MessageRecord whole) => DueTime.Of(whole.AcceptedAt + FirstLook < whole.ExpiresAt ? whole.AcceptedAt + FirstLook : whole.ExpiresAt);

    /// <summary>Adds it to the set, which may hold no message before.</summary>
    /// <param name="whole">The transaction's own message.</param>
    /// <param name="objects">One at least, and no more than <see cref="Contracts.Transactions.ITransactionGrain.MaxTargets"/>.</param>
    /// <returns>The transaction's own message as it was added.</returns>
    public static MessageRecord Fill(WriteSet set, MessageDraft draft, IIdSource ids, MessageRecord whole, IReadOnlyList<string> objects)
    {
        // Of itself it is no part of a transaction, and has no phase.
        whole = whole with { Transaction = null };
        set.Messages.Add(whole);
        set.Arm.Add(new(FirstLookAt(whole), Names.Transactions + whole.Id));
        foreach (var member in objects)
        {
            set.Messages.Add(MessageAcceptance.Accept(draft with { RequestId = null }, ids, whole.AcceptedAt, Names.Objects + member) with { Parent = whole.Id });
            set.Inboxes.Add(member);
            set.Arm.Add(new(DueTime.Of(whole.ExpiresAt), member));
        }

        return whole;
    }
}
