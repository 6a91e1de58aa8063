using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class GroupReader(IQueries queries, Bodies bodies) : IGroupReader
{
    public async ValueTask<IReadOnlyList<GroupView>> ListAsync(string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT body FROM groups WHERE id > @after ORDER BY id LIMIT @limit",
            [("after", after), ("limit", limit)], row => bodies.Group(row.Bytes(0)), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT object_id FROM members WHERE group_id = @group AND object_id > @after ORDER BY object_id LIMIT @limit",
            [("group", group), ("after", after), ("limit", limit)], row => row.GetString(0), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> GroupsOfAsync(string objectId, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT group_id FROM members WHERE object_id = @object ORDER BY group_id",
            [("object", objectId)], row => row.GetString(0), cancellation).ConfigureAwait(false);
}
