using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;
using M2MCluster.Grains.Transactions;
using Orleans.Placement;
using Orleans.Serialization;

namespace M2MCluster.Grains.Groups;

[GrainType("group"), PreferLocalPlacement]
internal sealed class GroupGrain(
    TimeProvider time, ICommitPipeline pipeline, IStateReader states, IIdSource ids, IObjectIndex index, IGroupReader groups,
    IMessageReader messages, IGrainFactory grains, Serializer<GroupState> serializer, DeliveryMetrics metrics,
    MemberJudging judging, SubscriptionDirectory directory) : Grain, IGroupGrain
{
    private readonly HashSet<string> _members = [];
    private long _version;
    private GroupState? _state;

    private string Id => this.GetPrimaryKeyString();
    private string Name => Names.Groups + Id;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await states.ReadAsync("group", Id);
        _version = stored?.Version ?? 0;
        _state = stored is null ? null : serializer.Deserialize(stored.Body);
        await ReadMembersAsync();
    }

    public async ValueTask<GroupView> Create(string actor, string displayName, ImmutableArray<string> members)
    {
        if (_state is not null) throw new M2MException(ErrorCode.AlreadyExists, $"{Name} exists already");
        var added = await CheckedAsync(members);
        var view = new GroupView(Id, displayName, added.Count, time.GetUtcNow());
        await ChangeAsync(actor, "group.create", view, added, []);
        return view;
    }

    public async ValueTask<GroupView> Get()
    {
        var view = Existing();
        // Members that were deleted have left without a word.
        await ReadMembersAsync();
        return view with { Members = _members.Count };
    }

    public async ValueTask Delete(string actor)
    {
        Existing();
        var set = Begin(null, actor, "group.delete");
        set.RemovedGroup = Id;
        await CommitAsync(set, null);
        _members.Clear();
    }

    public async ValueTask<GroupView> Add(string actor, ImmutableArray<string> objects)
    {
        var view = Existing();
        await ReadMembersAsync();
        var added = await CheckedAsync([.. objects.Where(candidate => !_members.Contains(candidate))]);
        if (added.Count == 0) return view with { Members = _members.Count };
        return await ChangeAsync(actor, "group.add", view with { Members = _members.Count + added.Count }, added, []);
    }

    public async ValueTask<GroupView> Remove(string actor, ImmutableArray<string> objects)
    {
        var view = Existing();
        await ReadMembersAsync();
        var removed = objects.Where(_members.Contains).Distinct().ToList();
        if (removed.Count == 0) return view with { Members = _members.Count };
        return await ChangeAsync(actor, "group.remove", view with { Members = _members.Count - removed.Count }, [], removed);
    }

    public async ValueTask<bool> Has(string objectId)
    {
        Existing();
        await ReadMembersAsync();
        return _members.Contains(objectId);
    }

    public async ValueTask<SendReceipt> Send(MessageDraft draft)
    {
        Existing();
        if (draft.RequestId is { Length: > 0 } request
            && await messages.FindByRequestAsync(draft.Application, Name, request, CancellationToken.None) is { } same)
        {
            return new(same, []);
        }

        if (draft.Confirmation == Confirmation.Transaction) return await BeginTransactionAsync(draft);

        await ReadMembersAsync();
        if (_members.Count == 0) throw new M2MException(ErrorCode.FailedPrecondition, $"{Name} has no members");
        var now = time.GetUtcNow();
        var parent = MessageAcceptance.Accept(draft, ids, now, Name);
        var set = Begin(_state, null, "");
        set.Messages.Add(parent);
        set.Arm.Add(GroupMessageGrain.DueAfter(parent));
        foreach (var member in _members)
        {
            set.Messages.Add(MessageAcceptance.Accept(draft with { RequestId = null }, ids, now, Names.Objects + member) with { Parent = parent.Id });
            set.Inboxes.Add(member);
            set.Arm.Add(new(DueTime.Of(parent.ExpiresAt), member));
        }

        var verdicts = await judging.JudgeAsync(set, now);
        await CommitAsync(set, _state, verdicts);
        metrics.AcceptedForGroup(_members.Count);
        MessageTrace.Span(parent, "m2m message accepted", now);
        foreach (var online in await index.OnlineAsync(_members, now, CancellationToken.None))
            grains.GetObject(online).Wake(0).AsTask().Ignore();
        return new(parent, [.. verdicts.Summary.Select(mismatch => mismatch.Text)], verdicts.IsEmpty ? null : verdicts.Summary);
    }

    /// <summary>From here on the transaction's own grain has it.</summary>
    private async ValueTask<SendReceipt> BeginTransactionAsync(MessageDraft draft)
    {
        var now = time.GetUtcNow();
        var members = await groups.MembersAsync(Id, "", ITransactionGrain.MaxTargets + 1, CancellationToken.None);
        var set = Begin(_state, null, "");
        var whole = TransactionStart.Fill(set, draft, ids, now, Name, members);
        var verdicts = await judging.JudgeAsync(set, now);
        await CommitAsync(set, _state, verdicts);
        metrics.AcceptedForGroup(members.Count);
        MessageTrace.Span(whole, "m2m message accepted", now);
        foreach (var online in await index.OnlineAsync(members, now, CancellationToken.None)) grains.GetObject(online).Wake(0).AsTask().Ignore();
        return new(whole, [.. verdicts.Summary.Select(mismatch => mismatch.Text)], verdicts.IsEmpty ? null : verdicts.Summary);
    }

    private GroupView Existing() => _state?.View ?? throw M2MException.NotFound(Name);

    private async ValueTask<List<string>> CheckedAsync(ImmutableArray<string> objects)
    {
        var wanted = objects.Distinct().ToList();
        if (_members.Count + wanted.Count > IGroupGrain.MaxMembers)
            throw new M2MException(ErrorCode.ResourceExhausted, $"a group has at most {IGroupGrain.MaxMembers} members");
        var existing = await index.ExistingAsync(wanted, CancellationToken.None);
        var missing = wanted.Where(candidate => !existing.Contains(candidate)).ToList();
        return missing.Count == 0
            ? wanted
            : throw new M2MException(ErrorCode.NotFound, $"these objects do not exist: {string.Join(", ", missing.Take(20))}{(missing.Count > 20 ? ", …" : "")}", "members");
    }

    private async ValueTask<GroupView> ChangeAsync(
        string actor, string action, GroupView view, IReadOnlyList<string> added, IReadOnlyList<string> removed)
    {
        var next = new GroupState(view);
        var set = Begin(next, actor, action, string.Join(' ', added.Concat(removed).Take(20)));
        set.Group = view;
        foreach (var member in added) set.Members.Add(new(Id, member, Removed: false));
        foreach (var member in removed) set.Members.Add(new(Id, member, Removed: true));
        await CommitAsync(set, next);
        _members.UnionWith(added);
        _members.ExceptWith(removed);
        return view;
    }

    private async ValueTask ReadMembersAsync()
    {
        _members.Clear();
        if (_state is null) return;
        _members.UnionWith(await groups.MembersAsync(Id, "", IGroupGrain.MaxMembers, CancellationToken.None));
    }

    private WriteSet Begin(GroupState? next, string? actor, string action, string detail = "")
    {
        var set = new WriteSet(new("group", Id, _version, next is null ? null : serializer.SerializeToArray(next)));
        if (actor is not null) set.Audit.Add(new(ids.Next(), actor, action, Name, detail));
        return set;
    }

    private async ValueTask CommitAsync(WriteSet set, GroupState? next, MemberVerdicts? verdicts = null)
    {
        if (verdicts is null or { IsEmpty: true }) await pipeline.CommitAsync(set, DeactivateOnIdle);
        else await pipeline.CommitAsync(set, directory, verdicts.AddressAsync, DeactivateOnIdle);
        _state = next;
        _version = next is null ? 0 : _version + 1;
    }
}
