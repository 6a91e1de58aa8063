using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class GroupReader(IQueries queries, Bodies bodies) : IGroupReader
{
    public async ValueTask<IReadOnlyList<GroupView>> ListAsync(string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT body FROM groups WHERE id > @after ORDER BY id LIMIT @limit",
            [("after", after), ("limit", limit)], row => bodies.Group(row.Bytes(0)), cancellation).ConfigureAwait(false);

    public async ValueTask<bool> ExistsAsync(string group, CancellationToken cancellation) =>
        (await queries.ListAsync("SELECT 1 FROM groups WHERE id = @group", [("group", group)], row => true, cancellation).ConfigureAwait(false)).Count > 0;

    public async ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT object_id FROM members WHERE group_id = @group AND object_id > @after ORDER BY object_id LIMIT @limit",
            [("group", group), ("after", after), ("limit", limit)], row => row.GetString(0), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> GroupsOfAsync(string objectId, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT group_id FROM members WHERE object_id = @object ORDER BY group_id",
            [("object", objectId)], row => row.GetString(0), cancellation).ConfigureAwait(false);

    public ValueTask<int> CountAsync(string group, CancellationToken cancellation) =>
        queries.FirstAsync("SELECT count(*) FROM members WHERE group_id = @group", [("group", group)], row => row.GetInt32(0), cancellation);

    public async ValueTask<IReadOnlySet<string>> AmongAsync(string group, IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        new HashSet<string>(await queries.ListAsync(
            $"SELECT object_id FROM members WHERE group_id = @group AND object_id {queries.IsOneOf("ids")}",
            [("group", group), ("ids", ids.ToArray())], row => row.GetString(0), cancellation).ConfigureAwait(false), StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<(string ObjectId, string Group)>> GroupsOfAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        await queries.ListAsync(
            $"SELECT object_id, group_id FROM members WHERE object_id {queries.IsOneOf("ids")} ORDER BY object_id, group_id",
            [("ids", ids.ToArray())], row => (row.GetString(0), row.GetString(1)), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<GroupView>> WithRulesAsync(CancellationToken cancellation) =>
        await queries.ListAsync("SELECT body FROM groups WHERE rules = 1 ORDER BY id", [], row => bodies.Group(row.Bytes(0)), cancellation).ConfigureAwait(false);
}
