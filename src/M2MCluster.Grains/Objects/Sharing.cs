using System.Collections.Frozen;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.ReportTasks;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// What an object shares with its groups, as of the rules that were known when it was looked up. A change of a group of a million writes nothing of its members: each looks
/// it up on its next turn.
/// </summary>
internal sealed class Sharing(ObjectServices services)
{
    private static readonly IReadOnlyList<ReportDuty> NoDuties = [];

    private GroupRules? _rules;
    private ObjectDescription? _of;
    private (ObjectDescription Own, ObjectDescription Whole)? _over;

    /// <summary>By name; null: nothing.</summary>
    public IReadOnlyDictionary<string, SharedCharacteristic>? Shared { get; private set; }

    /// <summary>What report tasks of its groups ask of it.</summary>
    private IReadOnlyList<ReportDuty> _duties = NoDuties;

    /// <summary>Whether it may be another than at the last commit, so that what waits is to be judged again.</summary>
    public bool IsNews { get; set; }

    public bool IsCurrent(ObjectDescription? description) =>
        services.Rules.IsCurrent(_rules) && (!_rules!.AsksForObjects || !_rules.Shares || ReferenceEquals(_of, description));

    /// <returns>Whether it may be another than before.</returns>
    public async ValueTask<bool> LookAsync(ObjectDescription? description)
    {
        var former = Shared;
        var rules = await services.Rules.CurrentAsync();
        var groups = description is null || !rules.Shares ? [] : rules.GroupsOf(await services.Groups.GroupsOfAsync(description.Id, CancellationToken.None), description);
        Shared = rules.SharedBy(groups) is { Count: > 0 } shared ? shared : null;
        _duties = rules.DutiesOf(groups);
        (_rules, _of, _over) = (rules, description, null);
        var mayDiffer = former is not null || Shared is not null;
        IsNews |= mayDiffer;
        return mayDiffer;
    }

    /// <summary>What all report tasks ask of it.</summary>
    public IReadOnlyList<ReportDuty> DutiesOf(ObjectDescription description) =>
        description.Duties is not { Length: > 0 } own ? _duties : _duties.Count == 0 ? own : [.. own, .. _duties];

    /// <summary>What it has from groups and tasks, by name; null: nothing.</summary>
    public IReadOnlyDictionary<string, SharedCharacteristic>? SharedOver(ObjectDescription description) =>
        WithOwn(Shared ?? FrozenDictionary<string, SharedCharacteristic>.Empty, _duties, description) is { Count: > 0 } shared ? shared : null;

    /// <summary>The description as the platform acts on it: what groups and tasks say holds before what the object and its owner say.</summary>
    public ObjectDescription Over(ObjectDescription description)
    {
        if (Shared is null && description.Duties is null) return description;
        if (_over is { } known && ReferenceEquals(known.Own, description)) return known.Whole;
        var whole = SharedOver(description) is { } shared ? Over(description, shared) : description;
        _over = (description, whole);
        return whole;
    }

    /// <summary>What groups share, and what a task of the object itself says, if that decides.</summary>
    /// <param name="duties">Of the groups.</param>
    public static IReadOnlyDictionary<string, SharedCharacteristic> WithOwn(
        IReadOnlyDictionary<string, SharedCharacteristic> shared, IReadOnlyList<ReportDuty> duties, ObjectDescription description)
    {
        if (description.Duties is not { } own || Duties.Deciding(own) is not { } first) return shared;
        if (Duties.Deciding(duties) is { } other && Duties.Compare(other, first) < 0) return shared;
        var all = new Dictionary<string, SharedCharacteristic>(shared);
        foreach (var (name, value) in Duties.Characteristics(first, "")) all[name] = value;
        return all;
    }

    /// <summary>The same of an object whose groups are known.</summary>
    public static ObjectDescription Over(ObjectDescription description, IReadOnlyDictionary<string, SharedCharacteristic> shared) =>
        description with { Provided = description.Provided.SetItems(shared.Select(each => KeyValuePair.Create(each.Key, each.Value.Value))) };
}
