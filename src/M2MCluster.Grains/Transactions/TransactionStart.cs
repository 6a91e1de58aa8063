using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Transactions;
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
    /// <returns>The transaction's own message.</returns>
    /// <exception cref="M2MException"><see cref="ErrorCode.FailedPrecondition"/>: there are no objects; <see cref="ErrorCode.ResourceExhausted"/>: too many.</exception>
    public static MessageRecord Fill(WriteSet set, MessageDraft draft, IIdSource ids, DateTimeOffset now, string group, IReadOnlyList<string> objects)
    {
        if (objects.Count == 0) throw new M2MException(ErrorCode.FailedPrecondition, $"{group} has no members");
        if (objects.Count > ITransactionGrain.MaxTargets)
            throw new M2MException(ErrorCode.ResourceExhausted, $"a transaction has at most {ITransactionGrain.MaxTargets} targets");
        var whole = MessageAcceptance.Accept(draft, ids, now, group) with { Transaction = null };
        set.Messages.Add(whole);
        set.Arm.Add(new(FirstLookAt(whole), Names.Transactions + whole.Id));
        foreach (var member in objects)
        {
            set.Messages.Add(MessageAcceptance.Accept(draft with { RequestId = null }, ids, now, Names.Objects + member) with { Parent = whole.Id });
            set.Inboxes.Add(member);
            set.Arm.Add(new(DueTime.Of(whole.ExpiresAt), member));
        }

        return whole;
    }
}
