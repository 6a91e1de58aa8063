using M2MCluster.Contracts.Groups;

namespace M2MCluster.Contracts.Reading;

public interface IGroupReader
{
    ValueTask<IReadOnlyList<GroupView>> ListAsync(string after, int limit, CancellationToken cancellation);

    /// <summary>Members by id, after <paramref name="after"/>; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation);

    ValueTask<IReadOnlyList<string>> GroupsOfAsync(string objectId, CancellationToken cancellation);
}
