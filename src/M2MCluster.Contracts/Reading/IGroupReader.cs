using M2MCluster.Contracts.Groups;

namespace M2MCluster.Contracts.Reading;

/// <summary>Groups and the objects that were added to them one by one; what is in them by rules is <see cref="IGroupMembership"/>'s.</summary>
public interface IGroupReader
{
    ValueTask<IReadOnlyList<GroupView>> ListAsync(string after, int limit, CancellationToken cancellation);

    ValueTask<bool> ExistsAsync(string group, CancellationToken cancellation);

    /// <summary>Members by id, after <paramref name="after"/>; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation);

    ValueTask<IReadOnlyList<string>> GroupsOfAsync(string objectId, CancellationToken cancellation);

    ValueTask<int> CountAsync(string group, CancellationToken cancellation);

    /// <summary>Which of the objects are members.</summary>
    ValueTask<IReadOnlySet<string>> AmongAsync(string group, IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>The groups of several objects: a pair for each.</summary>
    ValueTask<IReadOnlyList<(string ObjectId, string Group)>> GroupsOfAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>All groups that are more than a list of objects (<see cref="GroupView.HasRules"/>).</summary>
    ValueTask<IReadOnlyList<GroupView>> WithRulesAsync(CancellationToken cancellation);
}
