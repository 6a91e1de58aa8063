using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Bulk;
using M2MCluster.Storage.Commit;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// Copies rows straight into their tables, whose keys refuse what is there already, on a connection beside the pipeline's: its transactions are bounded,
/// touch no feed, and lock no row that is read. Sets of several imports take turns.
/// </summary>
internal sealed partial class PostgresBulk(PostgresDatabase database, PostgresNews news, Bodies bodies, Inbox inbox, ILogger<PostgresBulk> log)
    : IBulkCommit, IDisposable
{
    private readonly PostgresSideConnection _connection = new(database, "imports");

    public int MostObjects => 10_000;

    public async ValueTask<bool> TryCommitAsync(BulkSet set)
    {
        // Before the turn, while another import may be writing.
        var rows = new BulkRows(set, bodies);
        if (!await _connection.UseAsync(connection => TryWriteAsync(connection, set, rows), LogFailed).ConfigureAwait(false)) return false;
        foreach (var made in set.Objects) inbox.Tell(made.Description.Id);
        return true;
    }

    public void Dispose() => _connection.Dispose();

    private async Task<bool> TryWriteAsync(NpgsqlConnection connection, BulkSet set, BulkRows rows)
    {
        try
        {
            await WriteAsync(connection, set, rows).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException there) when (there.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected)
        {
            // Rolled back whole. After a deadlock the other side's rows are there, or the next attempt succeeds.
            return false;
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, BulkSet set, BulkRows rows)
    {
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        await StateAsync(connection, set.State).ConfigureAwait(false);
        if (rows.Objects.Length > 0)
        {
            await CopyStatesAsync(connection, rows).ConfigureAwait(false);
            await CopyObjectsAsync(connection, rows).ConfigureAwait(false);
        }

        using var more = new NpgsqlBatch(connection);
        PostgresBulkRows.MoveTo(more, set, news.Sender);
        if (more.BatchCommands.Count > 0) await more.ExecuteNonQueryAsync().ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
    }

    private static async Task StateAsync(NpgsqlConnection connection, StateWrite write)
    {
        using var batch = new NpgsqlBatch(connection) { BatchCommands = { PostgresBulkRows.State(write) } };
        if (await batch.ExecuteNonQueryAsync().ConfigureAwait(false) != 1)
            throw new StaleVersionException($"{write.Kind} {write.Key} was written by another stream");
    }

    private static async Task CopyStatesAsync(NpgsqlConnection connection, BulkRows rows)
    {
        var copy = await connection.BeginBinaryImportAsync(
            "COPY state (kind, key, version, body, seen_at, online_until) FROM STDIN (FORMAT BINARY)").ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        foreach (var (name, body) in rows.Aliases) await StateRowAsync(copy, "alias", name, body, 0).ConfigureAwait(false);
        foreach (var (description, _, made) in rows.Objects) await StateRowAsync(copy, "object", description.Id, made.State, made.OnlineUntil).ConfigureAwait(false);
        await copy.CompleteAsync().ConfigureAwait(false);
    }

    private static async ValueTask StateRowAsync(NpgsqlBinaryImporter copy, string kind, string key, byte[] body, long onlineUntil)
    {
        await copy.StartRowAsync().ConfigureAwait(false);
        await copy.WriteAsync(kind, NpgsqlDbType.Text).ConfigureAwait(false);
        await copy.WriteAsync(key, NpgsqlDbType.Text).ConfigureAwait(false);
        await copy.WriteAsync(1L, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await copy.WriteAsync(body, NpgsqlDbType.Bytea).ConfigureAwait(false);
        await copy.WriteAsync(0L, NpgsqlDbType.Bigint).ConfigureAwait(false);
        await copy.WriteAsync(onlineUntil, NpgsqlDbType.Bigint).ConfigureAwait(false);
    }

    private static async Task CopyObjectsAsync(NpgsqlConnection connection, BulkRows rows)
    {
        var copy = await connection.BeginBinaryImportAsync("COPY objects (id, kind, gateway, description) FROM STDIN (FORMAT BINARY)").ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        foreach (var (description, body, _) in rows.Objects)
        {
            await copy.StartRowAsync().ConfigureAwait(false);
            await copy.WriteAsync(description.Id, NpgsqlDbType.Text).ConfigureAwait(false);
            await copy.WriteAsync((long)description.Kind, NpgsqlDbType.Bigint).ConfigureAwait(false);
            if (description.Gateway is { } gateway) await copy.WriteAsync(gateway, NpgsqlDbType.Text).ConfigureAwait(false);
            else await copy.WriteNullAsync().ConfigureAwait(false);
            await copy.WriteAsync(body, NpgsqlDbType.Bytea).ConfigureAwait(false);
        }

        await copy.CompleteAsync().ConfigureAwait(false);
    }

    [LoggerMessage(5022, LogLevel.Error, "A part of an import was not written")]
    private partial void LogFailed(Exception failure);
}
