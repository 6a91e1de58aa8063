using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Reading;

internal sealed class BulkReader(IQueries queries, Bodies bodies) : IBulkReader
{
    public async ValueTask<IReadOnlyDictionary<string, (ObjectDescription Description, byte[] State)>> ObjectsAsync(IReadOnlyCollection<string> ids) =>
        (await queries.ListAsync(
            $"SELECT o.id, o.description, s.body FROM objects o JOIN state s ON s.kind = 'object' AND s.key = o.id WHERE o.id {queries.IsOneOf("ids")}",
            [("ids", ids.ToArray())], row => (Id: row.GetString(0), Description: bodies.Description(row.Bytes(1)), State: row.Bytes(2)), default)
            .ConfigureAwait(false)).ToDictionary(row => row.Id, row => (row.Description, row.State), StringComparer.Ordinal);

    public async ValueTask<IReadOnlyDictionary<string, byte[]>> StatesAsync(string kind, IReadOnlyCollection<string> keys) =>
        (await queries.ListAsync(
            $"SELECT key, body FROM state WHERE kind = @kind AND key {queries.IsOneOf("keys")}",
            [("kind", kind), ("keys", keys.ToArray())], row => (Key: row.GetString(0), Body: row.Bytes(1)), default)
            .ConfigureAwait(false)).ToDictionary(row => row.Key, row => row.Body, StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<byte[]>> PageAsync(string kind, string after, int limit, CancellationToken cancellation) => await queries.ListAsync(
        "SELECT body FROM state WHERE kind = @kind AND key > @after ORDER BY key LIMIT @limit",
        [("kind", kind), ("after", after), ("limit", limit)], row => row.Bytes(0), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<(long Ordinal, ImportError Error)>> ErrorsAsync(
        string importId, long after, int limit, CancellationToken cancellation) => await queries.ListAsync(
        "SELECT ordinal, line, field, reason FROM import_errors WHERE import_id = @id AND ordinal > @after ORDER BY ordinal LIMIT @limit",
        [("id", importId), ("after", after), ("limit", limit)],
        row => (row.GetInt64(0), new ImportError(row.GetInt64(1), row.GetString(2), row.GetString(3))), cancellation).ConfigureAwait(false);
}
