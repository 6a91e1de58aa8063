using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using Microsoft.Extensions.Logging;
using Npgsql;
using static NpgsqlTypes.NpgsqlDbType;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// Copies the parts of a campaign straight into the table of messages, on a connection beside the pipeline's: its transactions are bounded and touch no feed. Several
/// campaigns take turns.
/// </summary>
internal sealed partial class PostgresCampaign(
    PostgresDatabase database, PostgresNews news, Bodies bodies, Inbox inbox, IDueHints dueHints, ILogger<PostgresCampaign> log) : ICampaignCommit, IDisposable
{
    private readonly PostgresSideConnection _connection = new(database, "campaigns");

    public int MostParts => 5000;

    public async ValueTask CommitAsync(WriteSet set)
    {
        // Before the turn, while another campaign may be writing.
        var rows = bodies.Rows(set);
        await _connection.UseAsync(connection => WriteAsync(connection, set, rows), LogFailed).ConfigureAwait(false);
        foreach (var objectId in set.Inboxes) inbox.Tell(objectId);
        if (set.Arm.Count > 0) dueHints.Armed(set.Arm);
    }

    public void Dispose() => _connection.Dispose();

    private async Task<bool> WriteAsync(NpgsqlConnection connection, WriteSet set, MessageRow[] rows)
    {
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        using (var state = new NpgsqlBatch(connection) { BatchCommands = { PostgresBulkRows.State(set.State) } })
        {
            if (await state.ExecuteNonQueryAsync().ConfigureAwait(false) != 1)
                throw new StaleVersionException($"{set.State.Kind} {set.State.Key} was written by another activation");
        }

        if (rows.Length > 0) await CopyAsync(connection, rows).ConfigureAwait(false);
        using var more = new NpgsqlBatch(connection);
        MoveTo(more, set, news.Sender);
        if (more.BatchCommands.Count > 0) await more.ExecuteNonQueryAsync().ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return true;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, MessageRow[] rows)
    {
        var copy = await connection.BeginBinaryImportAsync(
            """
            COPY messages (id, target, parent, application, request_id, outcome, ended_at, priority, content_type, size, payload_of, body, open_at)
            FROM STDIN (FORMAT BINARY)
            """).ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        foreach (var (record, body, payloadOf) in rows)
        {
            await copy.StartRowAsync().ConfigureAwait(false);
            await copy.WriteAsync(record.Id.Value, Bigint).ConfigureAwait(false);
            await copy.WriteAsync(record.Target, Text).ConfigureAwait(false);
            await NumberAsync(copy, record.Parent?.Value).ConfigureAwait(false);
            await copy.WriteAsync(record.Application, Text).ConfigureAwait(false);
            if (record.RequestId is { } request) await copy.WriteAsync(request, Text).ConfigureAwait(false);
            else await copy.WriteNullAsync().ConfigureAwait(false);
            await NumberAsync(copy, (long?)record.Outcome).ConfigureAwait(false);
            await NumberAsync(copy, record.EndedAt?.ToUnixTimeMilliseconds()).ConfigureAwait(false);
            await copy.WriteAsync((long)record.Priority, Bigint).ConfigureAwait(false);
            await copy.WriteAsync(record.ContentType, Text).ConfigureAwait(false);
            await copy.WriteAsync((long)record.Payload.Length, Bigint).ConfigureAwait(false);
            await NumberAsync(copy, payloadOf).ConfigureAwait(false);
            await copy.WriteAsync(body, Bytea).ConfigureAwait(false);
            await copy.WriteAsync(record.OpenAt, Bigint).ConfigureAwait(false);
        }

        await copy.CompleteAsync().ConfigureAwait(false);
    }

    private static async ValueTask NumberAsync(NpgsqlBinaryImporter copy, long? value)
    {
        if (value is { } number) await copy.WriteAsync(number, Bigint).ConfigureAwait(false);
        else await copy.WriteNullAsync().ConfigureAwait(false);
    }

    private static void MoveTo(NpgsqlBatch batch, WriteSet set, string sender)
    {
        var disarm = new PostgresRows(PostgresBatch.DisarmSql, Bigint, Bigint, Text);
        foreach (var due in set.Disarm) disarm.Add(DueTime.ShardOf(due.ObjectId)).Add(due.At).Add(due.ObjectId);
        disarm.MoveTo(batch);
        var arm = new PostgresRows(PostgresBatch.ArmSql, Bigint, Bigint, Text);
        // By the order of the index, which is written page after page then.
        foreach (var (shard, due) in set.Arm.Select(due => (Shard: DueTime.ShardOf(due.ObjectId), Due: due)).OrderBy(row => row.Shard)) arm.Add(shard).Add(due.At).Add(due.ObjectId);
        arm.MoveTo(batch);
        var lastIds = new PostgresRows(PostgresBatch.LastIdsSql, Bigint, Bigint);
        if (set.Messages.Count > 0)
        {
            var last = set.Messages.Max(record => record.Id.Value);
            lastIds.Add(TimedIds.NodeOf(last)).Add(last);
        }

        lastIds.MoveTo(batch);
        var told = new PostgresRows("SELECT pg_notify(channel, text) FROM unnest($1, $2) AS g (channel, text)", Text, Text);
        foreach (var text in PostgresNews.Texts(sender, set.Inboxes)) told.Add(PostgresNews.Channel).Add(text);
        told.MoveTo(batch);
    }

    [LoggerMessage(5500, LogLevel.Error, "Parts of a campaign were not written")]
    private partial void LogFailed(Exception failure);
}
