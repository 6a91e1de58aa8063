using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.ReportTasks;
using M2MCluster.Grains.Subscriptions;
using Orleans.Placement;

namespace M2MCluster.Grains.Groups;

/// <summary>A group: the grain changes its definition and its members' rows; what is sent to it stands in <see cref="GroupSending"/>.</summary>
[GrainType("group"), PreferLocalPlacement]
internal sealed class GroupGrain(GroupServices services) : Grain, IGroupGrain
{
    private long _version;
    private GroupState? _state;

    private string Id => this.GetPrimaryKeyString();
    private string Name => Names.Groups + Id;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await services.States.ReadAsync("group", Id);
        _version = stored?.Version ?? 0;
        _state = stored is null ? null : services.Serializer.Deserialize(stored.Body);
    }

    public ValueTask<GroupView> Create(string actor, string displayName, ImmutableArray<string> members) => Make(actor, new(displayName), members);

    public async ValueTask<GroupView> Make(string actor, GroupPatch patch, ImmutableArray<string> members)
    {
        if (_state is not null) throw new M2MException(ErrorCode.AlreadyExists, $"{Name} exists already");
        var added = await ExistingAmongAsync(members);
        var view = GroupRulebook.Apply(new(Id, "", added.Count, services.Time.GetUtcNow()), patch);
        await ChangeAsync(actor, "group.create", view, added, []);
        return view;
    }

    public async ValueTask<GroupView> Get() => Existing() with { Members = await CountAsync() };

    public async ValueTask<GroupView> Update(string actor, GroupPatch patch)
    {
        var view = GroupRulebook.Apply(Existing(), patch);
        await ChangeAsync(actor, "group.update", view, [], []);
        return view with { Members = await CountAsync() };
    }

    public ValueTask Delete(string actor) => ByRulesAsync(async (rules, versions) =>
    {
        var view = Existing();
        if (rules.GroupsOf([Id], null).FirstOrDefault(group => group != Id) is { } parent)
            throw new M2MException(ErrorCode.FailedPrecondition, $"{Name} is in {Names.Groups}{parent}; take it out first");
        var set = Begin(null, actor, "group.delete");
        set.RemovedGroup = Id;
        set.ChangesRules = view.HasRules;
        set.Audience = versions;
        if (set.ChangesRules) set.Inboxes.Add(GroupRulesCache.Inbox);
        set.Arm.AddRange((view.Duties ?? []).Select(duty => Duties.LookOf(duty.Task, services.Time.GetUtcNow())));
        await CommitAsync(set, null);
        foreach (var duty in view.Duties ?? []) services.Grains.GetGrain<IReportTaskGrain>(duty.Task).Step().AsTask().Ignore();
    });

    public async ValueTask<GroupView> Add(string actor, ImmutableArray<string> objects)
    {
        var view = Existing();
        CheckSize(objects.Length);
        var members = await services.Groups.AmongAsync(Id, objects, CancellationToken.None);
        var added = await ExistingAmongAsync([.. objects.Where(candidate => !members.Contains(candidate))]);
        if (added.Count == 0) return await Get();
        if (view.Members + added.Count > IGroupGrain.MaxMembers && await CountAsync() + added.Count > IGroupGrain.MaxMembers)
            throw new M2MException(ErrorCode.ResourceExhausted, $"a group has at most {IGroupGrain.MaxMembers} members; more can be had by a query");
        return await ChangeAsync(actor, "group.add", view with { Members = view.Members + added.Count }, added, []);
    }

    public async ValueTask<GroupView> Remove(string actor, ImmutableArray<string> objects)
    {
        var view = Existing();
        CheckSize(objects.Length);
        var removed = (await services.Groups.AmongAsync(Id, objects, CancellationToken.None)).ToList();
        if (removed.Count == 0) return await Get();
        return await ChangeAsync(actor, "group.remove", view with { Members = view.Members - removed.Count }, [], removed);
    }

    public async ValueTask<GroupView> AddGroups(string actor, ImmutableArray<string> groups)
    {
        var changed = Existing();
        await ByRulesAsync(async (rules, versions) =>
        {
            var view = Existing();
            await GroupRulebook.CheckAsync(services, rules, Id, groups);
            var next = view with { Groups = [.. (view.Groups ?? []).Union(groups).Order(StringComparer.Ordinal)] };
            if (next.Groups.Value.Length > IGroupGrain.MaxGroups) throw new M2MException(ErrorCode.ResourceExhausted, $"a group has at most {IGroupGrain.MaxGroups} groups in it");
            changed = await ChangeAsync(actor, "group.add", next, [], [], string.Join(' ', groups.Take(20)), versions);
        });
        return changed;
    }

    public async ValueTask<GroupView> RemoveGroups(string actor, ImmutableArray<string> groups)
    {
        var view = Existing();
        if (view.Groups is not { } former || !former.Any(groups.Contains)) return await Get();
        return await ChangeAsync(actor, "group.remove", view with { Groups = former.RemoveRange(groups) }, [], [], string.Join(' ', groups.Take(20)));
    }

    public async ValueTask TakeDuty(ReportDuty duty)
    {
        var view = Existing();
        if (view.Duties?.Contains(duty) == true) return;
        await ChangeAsync("", "", view with { Duties = Duties.With(view.Duties, duty, Name) }, [], []);
    }

    public async ValueTask DropDuty(string task)
    {
        var view = Existing();
        if (view.Duties?.Any(duty => duty.Task == task) != true) return;
        await ChangeAsync("", "", view with { Duties = Duties.Without(view.Duties, task) }, [], []);
    }

    public async ValueTask<bool> Has(string objectId)
    {
        Existing();
        var (rules, _) = await services.Rules.ReadAsync();
        var description = rules.AsksForObjects ? (await services.States.PeekObjectsAsync([objectId])).GetValueOrDefault(objectId)?.Description : null;
        return rules.GroupsOf(await services.Groups.GroupsOfAsync(objectId, CancellationToken.None), description).Contains(Id);
    }

    public ValueTask<SendReceipt> Send(MessageDraft draft) =>
        new GroupSending(services, Existing(), () => Begin(_state, null, ""), (set, verdicts) => CommitAsync(set, _state, verdicts), DeactivateOnIdle).SendAsync(draft);

    /// <summary>Periodic report tasks of this group and of those it is in.</summary>
    private async ValueTask<IReadOnlyList<string>> TasksAsync()
    {
        var rules = await services.Rules.CurrentAsync();
        return [.. rules.DutiesOf(rules.GroupsOf([Id], null)).Concat(_state?.View.Duties ?? []).Select(duty => duty.Task).Distinct()];
    }

    private GroupView Existing() => _state?.View ?? throw M2MException.NotFound(Name);

    // Members that were deleted have left without a word.
    private ValueTask<int> CountAsync() => services.Groups.CountAsync(Id, CancellationToken.None);

    /// <summary>
    /// Changes what follows from which group is in which. Refused and looked at again, if anybody else changed that meanwhile: two such changes might close a circle, or leave a
    /// group that is gone in another.
    /// </summary>
    private async ValueTask ByRulesAsync(Func<GroupRules, AudienceVersions, ValueTask> change)
    {
        for (var tries = 1; ; tries++)
        {
            var (rules, versions) = await services.Rules.ReadAsync();
            try
            {
                await change(rules, versions);
                return;
            }
            catch (OutdatedAudienceException) when (tries < 20)
            {
                // Looked at again.
            }
            catch (OutdatedAudienceException)
            {
                throw new M2MException(ErrorCode.Unavailable, "groups change too fast; try again");
            }
        }
    }

    private static void CheckSize(int count)
    {
        if (count > IGroupGrain.MaxChange) throw M2MException.Invalid("members", $"are at most {IGroupGrain.MaxChange} in one call");
    }

    private async ValueTask<List<string>> ExistingAmongAsync(ImmutableArray<string> objects)
    {
        CheckSize(objects.Length);
        var wanted = objects.Distinct().ToList();
        if (wanted.Count == 0) return wanted;
        var existing = await services.Index.ExistingAsync(wanted, CancellationToken.None);
        var missing = wanted.Where(candidate => !existing.Contains(candidate)).ToList();
        return missing.Count == 0
            ? wanted
            : throw new M2MException(ErrorCode.NotFound, $"these objects do not exist: {string.Join(", ", missing.Take(20))}{(missing.Count > 20 ? ", …" : "")}", "members");
    }

    private async ValueTask<GroupView> ChangeAsync(
        string actor, string action, GroupView view, List<string> added, IReadOnlyList<string> removed, string detail = "", AudienceVersions? guard = null)
    {
        var next = new GroupState(view);
        var set = Begin(next, actor, action, detail.Length > 0 ? detail : string.Join(' ', added.Concat(removed).Take(20)));
        set.Group = view;
        set.Audience = guard;
        set.ChangesRules = view.HasRules || _state?.View.HasRules == true;
        foreach (var member in added) set.Members.Add(new(Id, member, Removed: false));
        foreach (var member in removed) set.Members.Add(new(Id, member, Removed: true));
        // Those in memory look what they share now.
        set.Inboxes.AddRange(added);
        set.Inboxes.AddRange(removed);
        if (set.ChangesRules) set.Inboxes.Add(GroupRulesCache.Inbox);
        // Who is a member now is expected to report from now on, also if it sleeps.
        if (added.Count > 0 && (await TasksAsync()).Count > 0)
        {
            var at = Spreading.TurnOf(services.Time.GetUtcNow());
            set.Arm.AddRange(added.Select(member => new DueTime(at, member)));
        }

        // With groups come members that only the tasks look up.
        if (view.Groups is { } groups && groups.Any(each => _state?.View.Groups?.Contains(each) != true))
            set.Arm.AddRange((await TasksAsync()).Select(task => new DueTime(Spreading.TurnOf(services.Time.GetUtcNow()), Names.ReportTasks + task)));

        await CommitAsync(set, next);
        return view;
    }

    private WriteSet Begin(GroupState? next, string? actor, string action, string detail = "")
    {
        var set = new WriteSet(new("group", Id, _version, next is null ? null : services.Serializer.SerializeToArray(next)));
        if (!string.IsNullOrEmpty(actor)) set.Audit.Add(new(services.Ids.Next(), actor, action, Name, detail));
        return set;
    }

    private async ValueTask CommitAsync(WriteSet set, GroupState? next, MemberVerdicts? verdicts = null)
    {
        try
        {
            if (verdicts is null or { IsEmpty: true }) await services.Pipeline.CommitAsync(set);
            else await services.Pipeline.CommitAsync(set, services.Subscriptions, verdicts.AddressAsync);
        }
        catch (OutdatedAudienceException)
        {
            // Nothing of it is stored, and what is in memory still holds.
            throw;
        }
        catch (StaleVersionException)
        {
            DeactivateOnIdle();
            throw new M2MException(ErrorCode.Unavailable, "the resource moved; try again");
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }

        _state = next;
        _version = next is null ? 0 : _version + 1;
    }
}
