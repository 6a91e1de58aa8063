using M2MCluster.Contracts;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

internal sealed class PostgresNodeNumbers(PostgresDatabase database) : INodeNumbers
{
    // Beside that of the migrator.
    private const long LockKey = 0x6d326d_0003;

    // Those that were never lent or were given back, the lowest first; then the one that is over longest.
    private const string Take = """
        INSERT INTO node_leases AS l (node, owner, expires_at)
        SELECT n, $1, clock_timestamp() + $2 FROM generate_series(0, $3) n LEFT JOIN node_leases f ON f.node = n
        WHERE f.node IS NULL OR f.expires_at < clock_timestamp() - $2
        ORDER BY coalesce(f.expires_at, '-infinity'), n LIMIT 1
        ON CONFLICT (node) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
        RETURNING node
        """;

    public async Task<int> TakeAsync(string owner, CancellationToken cancellation) => await RunAsync(
        async connection =>
        {
            using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new($"SELECT pg_advisory_xact_lock({LockKey})"),
                    new(Take) { Parameters = { new() { Value = owner }, new() { Value = INodeNumbers.Lease }, new() { Value = (1 << TimedId.NodeBits) - 1 } } },
                },
            };
            using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await reader.NextResultAsync(cancellation).ConfigureAwait(false);
            return await reader.ReadAsync(cancellation).ConfigureAwait(false)
                ? (int)reader.GetInt64(0)
                : throw new InvalidOperationException("all node numbers are held by other silos");
        },
        cancellation).ConfigureAwait(false);

    public async Task<bool> RenewAsync(int node, string owner, CancellationToken cancellation) =>
        await ExecuteAsync("UPDATE node_leases SET expires_at = clock_timestamp() + $3 WHERE node = $1 AND owner = $2", cancellation, (long)node, owner, INodeNumbers.Lease)
            .ConfigureAwait(false) == 1;

    public Task ReleaseAsync(int node, string owner, CancellationToken cancellation) =>
        ExecuteAsync("UPDATE node_leases SET expires_at = '-infinity' WHERE node = $1 AND owner = $2", cancellation, (long)node, owner);

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] values) => RunAsync(
        async connection =>
        {
#pragma warning disable CA2100 // The texts are those above.
            using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        },
        cancellation);

    // On a connection of its own: that readers are many must not cost a silo its number.
    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> act, CancellationToken cancellation)
    {
        try
        {
            var connection = await database.ConnectAsync(cancellation).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await act(connection).ConfigureAwait(false);
        }
        catch (NpgsqlException failure)
        {
            throw new M2MException("the database is away: " + failure.Message, failure) { Code = ErrorCode.Unavailable };
        }
    }
}
