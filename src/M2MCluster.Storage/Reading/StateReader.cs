using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;

namespace M2MCluster.Storage.Reading;

internal sealed class StateReader(IQueries queries, Bodies bodies, Inbox inbox) : IStateReader
{
    public ValueTask<StoredState?> ReadAsync(string kind, string key) => queries.FirstAsync(
        "SELECT version, body FROM state WHERE kind = @kind AND key = @key",
        [("kind", kind), ("key", key)], row => new StoredState(row.GetInt64(0), row.Bytes(1)), default);

    public async ValueTask<StoredObject?> ReadObjectAsync(string objectId)
    {
        // Before the rows are read: what is committed after them is news.
        inbox.Follow(objectId);
        var rows = await queries.ListAsync(
            """
            SELECT s.version, s.body, o.description, m.body, p.body
            FROM state s JOIN objects o ON o.id = s.key
            LEFT JOIN messages m ON m.target = @target AND m.outcome IS NULL
            LEFT JOIN messages p ON p.id = m.payload_of
            WHERE s.kind = 'object' AND s.key = @id
            ORDER BY m.id
            """,
            [("id", objectId), ("target", Names.Objects + objectId)],
            row => (State: new StoredState(row.GetInt64(0), row.Bytes(1)), Description: row.Bytes(2), Message: row.BytesOrNull(3), Holder: row.BytesOrNull(4)),
            default).ConfigureAwait(false);
        return rows.Count == 0 ? null : new(
            rows[0].State,
            bodies.Description(rows[0].Description),
            [.. rows.Where(row => row.Message is not null).Select(row => bodies.Message(row.Message!, row.Holder))]);
    }

    public async ValueTask<bool> HasReportAsync(string objectId, byte[] givenName) => await queries.FirstAsync(
        $"""
        SELECT id FROM reports
        WHERE object_id = @object AND given_name IS NOT NULL AND given_name = @name AND id > {ReportReader.ErasedUpTo} LIMIT 1
        """,
        [("object", objectId), ("name", givenName)], row => row.GetInt64(0), default).ConfigureAwait(false) != 0;

    public async ValueTask<IReadOnlyList<DueTime>> DueAsync(long until, int limit) => await queries.ListAsync(
        "SELECT at, object_id FROM due WHERE at <= @until ORDER BY at, object_id LIMIT @limit",
        [("until", until), ("limit", limit)], row => new DueTime(row.GetInt64(0), row.GetString(1)), default).ConfigureAwait(false);

    public ValueTask<AudienceVersions> AudienceAsync() => queries.FirstAsync(
        "SELECT subscriptions, membership FROM hearing", [], row => new AudienceVersions(row.GetInt64(0), row.GetInt64(1)), default);

    public ValueTask<long> LastIdAsync(int node) =>
        queries.FirstAsync("SELECT id FROM last_ids WHERE node = @node", [("node", (long)node)], row => row.GetInt64(0), default);
}
