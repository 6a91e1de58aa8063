using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;

namespace M2MCluster.Storage.Reading;

internal sealed class StateReader(IQueries queries, ObjectRows objects, Inbox inbox) : IStateReader
{
    public ValueTask<StoredState?> ReadAsync(string kind, string key) => queries.FirstAsync(
        "SELECT version, body FROM state WHERE kind = @kind AND key = @key",
        [("kind", kind), ("key", key)], row => new StoredState(row.GetInt64(0), row.Bytes(1)), default);

    public ValueTask<StoredObject?> ReadObjectAsync(string objectId)
    {
        // Before the rows are read: what is committed after them is news.
        inbox.Follow(objectId);
        return objects.ReadAsync(objectId);
    }

    public ValueTask<IReadOnlyDictionary<string, StoredObject>> PeekObjectsAsync(IReadOnlyCollection<string> objectIds) => objects.ReadAsync(objectIds);

    public async ValueTask<bool> HasReportAsync(string objectId, byte[] givenName) => await queries.FirstAsync(
        $"""
        SELECT id FROM reports
        WHERE object_id = @object AND given_name IS NOT NULL AND given_name = @name AND id > {ReportReader.ErasedUpTo} LIMIT 1
        """,
        [("object", objectId), ("name", givenName)], row => row.GetInt64(0), default).ConfigureAwait(false) != 0;

    public async ValueTask<IReadOnlyList<DueTime>> DueAsync(int shard, DueTime after, long until, int limit) => await queries.ListAsync(
        """
        SELECT at, object_id FROM due
        WHERE shard = @shard AND (at, object_id) > (@at, @after) AND at <= @until ORDER BY at, object_id LIMIT @limit
        """,
        [("shard", (long)shard), ("at", after.At), ("after", after.ObjectId ?? ""), ("until", until), ("limit", limit)],
        row => new DueTime(row.GetInt64(0), row.GetString(1)), default).ConfigureAwait(false);

    public ValueTask<AudienceVersions> AudienceAsync() => queries.FirstAsync(
        "SELECT subscriptions, membership FROM hearing", [], row => new AudienceVersions(row.GetInt64(0), row.GetInt64(1)), default);

    public ValueTask<long> LastIdAsync(int node) =>
        queries.FirstAsync("SELECT id FROM last_ids WHERE node = @node", [("node", (long)node)], row => row.GetInt64(0), default);
}
