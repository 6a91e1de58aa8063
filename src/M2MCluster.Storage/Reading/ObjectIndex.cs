using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class ObjectIndex(IQueries queries, Bodies bodies) : IObjectIndex
{
    public async ValueTask<IReadOnlyList<IndexedObject>> ListAsync(
        ObjectKind? kind, string? gateway, string after, int limit, CancellationToken cancellation)
    {
        var sql = "SELECT o.description, s.seen_at, s.online_until FROM objects o LEFT JOIN state s ON s.kind = 'object' AND s.key = o.id WHERE o.id > @after";
        var parameters = new List<(string, object?)> { ("after", after), ("limit", limit) };
        if (kind is { } wanted)
        {
            sql += " AND o.kind = @kind";
            parameters.Add(("kind", (long)wanted));
        }

        if (gateway is not null)
        {
            sql += " AND o.gateway = @gateway";
            parameters.Add(("gateway", gateway));
        }

        return await queries.ListAsync(
            sql + " ORDER BY o.id LIMIT @limit", [.. parameters],
            row => new IndexedObject(bodies.Description(row.Bytes(0)), Time(row.IsDBNull(1) ? 0 : row.GetInt64(1)), Time(row.IsDBNull(2) ? 0 : row.GetInt64(2))),
            cancellation).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<ObjectDescription>> DescribeAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        await queries.ListAsync(
            $"SELECT description FROM objects WHERE id {queries.IsOneOf("ids")}",
            [("ids", ids.ToArray())], row => bodies.Description(row.Bytes(0)), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        new HashSet<string>(await queries.ListAsync(
            $"SELECT id FROM objects WHERE id {queries.IsOneOf("ids")}",
            [("ids", ids.ToArray())], row => row.GetString(0), cancellation).ConfigureAwait(false), StringComparer.Ordinal);

    public async ValueTask<IReadOnlySet<string>> OnlineAsync(IReadOnlyCollection<string> ids, DateTimeOffset at, CancellationToken cancellation) =>
        new HashSet<string>(await queries.ListAsync(
            $"SELECT key FROM state WHERE kind = 'object' AND key {queries.IsOneOf("ids")} AND online_until > @at",
            [("ids", ids.ToArray()), ("at", at.ToUnixTimeMilliseconds())], row => row.GetString(0), cancellation).ConfigureAwait(false), StringComparer.Ordinal);

    public async ValueTask<IReadOnlySet<string>> ChildrenAmongAsync(
        string gateway, IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        new HashSet<string>(await queries.ListAsync(
            $"SELECT id FROM objects WHERE gateway = @gateway AND id {queries.IsOneOf("ids")}",
            [("gateway", gateway), ("ids", ids.ToArray())], row => row.GetString(0), cancellation).ConfigureAwait(false), StringComparer.Ordinal);

    public async ValueTask<IReadOnlyDictionary<string, string>> GatewaysOfAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        (await queries.ListAsync(
            $"SELECT id, gateway FROM objects WHERE gateway IS NOT NULL AND id {queries.IsOneOf("ids")}",
            [("ids", ids.ToArray())], row => (Id: row.GetString(0), Gateway: row.GetString(1)), cancellation).ConfigureAwait(false))
        .ToDictionary(row => row.Id, row => row.Gateway, StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<string>> ChildrenAsync(string gateway, string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT id FROM objects WHERE gateway = @gateway AND id > @after ORDER BY id LIMIT @limit",
            [("gateway", gateway), ("after", after), ("limit", limit)], row => row.GetString(0), cancellation).ConfigureAwait(false);

    private static DateTimeOffset? Time(long milliseconds) => milliseconds switch
    {
        0 => null,
        long.MaxValue => DateTimeOffset.MaxValue,
        _ => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
    };
}
