using System.Collections.Frozen;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.ReportTasks;

namespace M2MCluster.Grains.Groups.Membership;

/// <summary>The groups that are more than lists of objects, at one moment: which lie in which, which have queries, and what their members share.</summary>
internal sealed class GroupRules
{
    private static readonly IReadOnlyList<ReportDuty> NoDuties = [];
    private static readonly FrozenDictionary<string, SharedCharacteristic> NothingShared = FrozenDictionary<string, SharedCharacteristic>.Empty;

    private readonly FrozenDictionary<string, GroupView> _groups;
    private readonly FrozenDictionary<string, string[]> _parents;
    private readonly (string Group, ObjectFilter Filter)[] _queries;

    public GroupRules(IReadOnlyList<GroupView> groups, long version)
    {
        Version = version;
        _groups = groups.ToFrozenDictionary(group => group.Id);
        _parents = groups.SelectMany(group => (group.Groups ?? []).Select(child => (child, group.Id)))
            .GroupBy(edge => edge.child, edge => edge.Id).ToFrozenDictionary(edges => edges.Key, edges => edges.ToArray());
        // A filter was checked when it was accepted; one that a later release does not know selects nothing.
        _queries = [.. groups.Where(group => group.Filter is not null)
            .Select(group => (group.Id, Filter: ObjectFilter.TryParse(group.Filter, out var filter, out _) ? filter : null))
            .Where(query => query.Filter is not null).Select(query => (query.Id, query.Filter!))];
        HasDuties = groups.Any(group => group.Duties is { Length: > 0 });
        Shares = HasDuties || groups.Any(group => group.Characteristics is { Count: > 0 });
    }

    /// <summary>Of the membership, by which these were read or an older one.</summary>
    public long Version { get; }

    /// <summary>Whether any group has a periodic report task.</summary>
    public bool HasDuties { get; }

    /// <summary>Whether any group has characteristics or report tasks for its members.</summary>
    public bool Shares { get; }

    /// <summary>Whether any group has this characteristic for its members.</summary>
    public bool SharesOf(string name) => Shares && _groups.Values.Any(group => group.Characteristics?.ContainsKey(name) == true);

    /// <summary>Whether groups are but lists of objects, for all that concerns membership.</summary>
    public bool AreLists => _parents.Count == 0 && _queries.Length == 0;

    public bool AsksForObjects => _queries.Length > 0;

    /// <summary>Whether objects are to be read to find the group's members.</summary>
    public bool IsQueried(string group) => AsksForObjects && Within(group).Any(each => Find(each)?.Filter is not null);

    public GroupView? Find(string group) => _groups.GetValueOrDefault(group);

    /// <summary>All groups that an object is in, by id.</summary>
    /// <param name="listed">Those to which it was added itself.</param>
    /// <param name="description">Null: the object is not there, and no query finds it.</param>
    public IReadOnlyList<string> GroupsOf(IReadOnlyList<string> listed, ObjectDescription? description)
    {
        if (AreLists) return listed;
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var group in listed) AddWithParents(group, found);
        if (description is not null)
        {
            foreach (var (group, filter) in _queries)
            {
                if (!found.Contains(group) && filter.Matches(description)) AddWithParents(group, found);
            }
        }

        return [.. found];
    }

    /// <summary>Whether the group is in the other one, or is it.</summary>
    public bool IsIn(string group, string other)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        AddWithParents(group, found);
        return found.Contains(other);
    }

    /// <summary>The group and all groups in it, each once.</summary>
    public IReadOnlyList<string> Within(string group)
    {
        var found = new List<string> { group };
        for (var i = 0; i < found.Count; i++)
        {
            if (Find(found[i]) is { Groups: { } children }) found.AddRange(children.Where(child => !found.Contains(child)));
        }

        return found;
    }

    /// <summary>What the members of these groups share: of several that name the same, the one of the highest precedence, and of equal ones the first by id.</summary>
    public IReadOnlyDictionary<string, SharedCharacteristic> SharedBy(IReadOnlyList<string> groups)
    {
        if (!Shares) return NothingShared;
        Dictionary<string, SharedCharacteristic>? shared = null;
        var say = groups.Select(Find).Where(group => group?.Characteristics is { Count: > 0 })
            .OrderByDescending(group => group!.Precedence).ThenBy(group => group!.Id, StringComparer.Ordinal);
        foreach (var group in say)
        {
            foreach (var (name, value) in group!.Characteristics!) (shared ??= []).TryAdd(name, new(value, group.Id));
        }

        foreach (var (name, value) in Asked(groups)) (shared ??= [])[name] = value;
        return shared ?? (IReadOnlyDictionary<string, SharedCharacteristic>)NothingShared;
    }

    /// <summary>What report tasks of these groups ask of their members.</summary>
    public IReadOnlyList<ReportDuty> DutiesOf(IReadOnlyList<string> groups) =>
        !HasDuties ? NoDuties : [.. groups.Select(Find).SelectMany(group => group?.Duties ?? [])];

    // A task is a later will than a characteristic.
    private IEnumerable<KeyValuePair<string, SharedCharacteristic>> Asked(IReadOnlyList<string> groups)
    {
        if (Duties.Deciding(DutiesOf(groups)) is not { } duty) return [];
        return Duties.Characteristics(duty, groups.First(group => Find(group)?.Duties?.Contains(duty) == true));
    }

    private void AddWithParents(string group, SortedSet<string> found)
    {
        if (!found.Add(group) || !_parents.TryGetValue(group, out var parents)) return;
        foreach (var parent in parents) AddWithParents(parent, found);
    }
}
