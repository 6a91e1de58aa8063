using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Groups;

/// <summary>Accepts a message to a group: with the parts of all members, if these are few; else with the list of its members, and a campaign does the rest.</summary>
/// <param name="begin">Begins a set with the group's own state, so that of two activations only one sends.</param>
/// <param name="commit">Commits a set of those.</param>
/// <param name="retire">Ends this activation.</param>
internal sealed class GroupSending(GroupServices services, GroupView group, Func<WriteSet> begin, Func<WriteSet, MemberVerdicts?, ValueTask> commit, Action retire)
{
    // More would hold up whoever shares the transaction.
    private const int MostAtOnce = 1000;

    private string Name => Names.Groups + group.Id;

    public async ValueTask<SendReceipt> SendAsync(MessageDraft draft)
    {
        if (draft.RequestId is { Length: > 0 } request
            && await services.Messages.FindByRequestAsync(draft.Application, Name, request, CancellationToken.None) is { } same)
        {
            return new(same, []);
        }

        CampaignStart.Check(draft.Campaign);
        var now = services.Time.GetUtcNow();
        var parent = MessageAcceptance.Accept(draft, services.Ids, now, Name);
        var (targets, sent) = await CollectAsync(draft, parent, now);
        if (sent is not null) return new(sent, []);
        if (targets.Count == 0) throw new M2MException(ErrorCode.FailedPrecondition, Gathering.NobodyIn(parent));
        if (draft is { Confirmation: Confirmation.Transaction, Mode: DeliveryMode.Anycast }) parent = parent with { Transaction = null };
        else if (draft.Confirmation == Confirmation.Transaction) return await BeginTransactionAsync(draft, parent, targets, now);
        MemberVerdicts? verdicts = null;
        if (draft is { Campaign: null, Mode: DeliveryMode.Unspecified or DeliveryMode.Unicast } && targets.Count <= MostAtOnce) verdicts = await SendAtOnceAsync(draft, parent, targets, now);
        else parent = await CampaignStart.StartAsync(services, draft, parent, targets, now, group.Id, retire);
        MessageTrace.Span(parent, "m2m message accepted", now);
        return verdicts is null or { IsEmpty: true } ? new(parent, []) : new(parent, [.. verdicts.Summary.Select(mismatch => mismatch.Text)], verdicts.Summary);
    }

    /// <summary>Who gets it; if more objects have to be read for that than one call should wait for, it is a campaign, and is sent.</summary>
    private async ValueTask<(TargetList Targets, MessageRecord? Sent)> CollectAsync(MessageDraft draft, MessageRecord parent, DateTimeOffset now)
    {
        var (rules, _) = await services.Rules.ReadAsync();
        var order = draft.Campaign?.Order ?? MemberOrder.ById;
        if (draft.Confirmation == Confirmation.Transaction || order == MemberOrder.ByGroup || !rules.IsQueried(group.Id))
            return (await new TargetCollecting(services, parent, order).CollectAsync(rules, group.Id), null);
        var (whole, sofar, pages) = await new Gathering(services, parent, order).BeginAsync();
        if (whole is not null) return (whole, null);
        var sent = await CampaignStart.StartAsync(services, draft, parent, CampaignStart.Unfound(draft, sofar!, now), pages, group.Id, retire);
        MessageTrace.Span(sent, "m2m message accepted", now);
        return (new(), sent);
    }

    /// <summary>All members or none; from here on the transaction's own grain has it.</summary>
    private async ValueTask<SendReceipt> BeginTransactionAsync(MessageDraft draft, MessageRecord whole, TargetList targets, DateTimeOffset now)
    {
        if (draft.Campaign is not null) throw M2MException.Invalid("campaign", "is not for transactions, which are sent to all members at once");
        if (draft.Mode is not (DeliveryMode.Unspecified or DeliveryMode.Unicast)) throw M2MException.Invalid("mode", "is UNICAST for transactions, since each member answers by itself, or ANYCAST");
        if (targets.Count > ITransactionGrain.MaxTargets) throw new M2MException(ErrorCode.ResourceExhausted, $"a transaction has at most {ITransactionGrain.MaxTargets} targets");
        var set = begin();
        whole = TransactionStart.Fill(set, draft, services.Ids, whole, [.. targets.Members()]);
        var verdicts = await services.Judging.JudgeAsync(set, now);
        await commit(set, verdicts);
        services.Metrics.AcceptedForGroup(set.Inboxes.Count);
        MessageTrace.Span(whole, "m2m message accepted", now);
        foreach (var callee in await Callees.AmongAsync(services.Index, set.Inboxes, now)) services.Grains.GetObject(callee).Wake(0).AsTask().Ignore();
        return new(whole, [.. verdicts.Summary.Select(mismatch => mismatch.Text)], verdicts.IsEmpty ? null : verdicts.Summary);
    }

    private async ValueTask<MemberVerdicts> SendAtOnceAsync(MessageDraft draft, MessageRecord parent, TargetList targets, DateTimeOffset now)
    {
        var set = begin();
        set.Messages.Add(parent);
        set.Arm.Add(GroupMessageGrain.FirstLook(parent));
        foreach (var member in targets.Members())
        {
            set.Messages.Add(MessageAcceptance.Accept(draft with { RequestId = null }, services.Ids, now, Names.Objects + member) with { Parent = parent.Id });
            set.Inboxes.Add(member);
            set.Arm.Add(new(DueTime.Of(parent.ExpiresAt), member));
        }

        var verdicts = await services.Judging.JudgeAsync(set, now);
        await commit(set, verdicts);
        services.Metrics.AcceptedForGroup(set.Inboxes.Count);
        foreach (var callee in await Callees.AmongAsync(services.Index, set.Inboxes, now))
            services.Grains.GetObject(callee).Wake(0).AsTask().Ignore();
        await services.Calling.CallAsync(parent, set.Inboxes);
        return verdicts;
    }
}
