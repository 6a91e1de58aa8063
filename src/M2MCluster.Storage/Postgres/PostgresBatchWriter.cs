using System.Data;
using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// A batch is one round trip and one implicit transaction, which the server ends by itself: whatever happens to this process, no lock
/// outlives the statement. If sets are stale, the transaction ends and the others are sent again without them.
/// </summary>
internal sealed class PostgresBatchWriter(PostgresDatabase database, PostgresNews news, TimeProvider time) : IBatchWriter
{
    private const string Stale = "M2M01";
    private const int Attempts = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly HashSet<(string Feed, int Partition)> _heads = [];
    private NpgsqlConnection? _connection;
    private TimeSpan _pause = FirstPause;
    private long _failedAt;

    public void Write(IReadOnlyList<CommitEntry> batch)
    {
        var attempt = 0;
        while (true)
        {
            var connection = Connection();
            try
            {
                if (batch.Any(entry => entry.Refusal is null)) Send(connection, batch);
                return;
            }
            catch (PostgresException stale) when (stale.SqlState == Stale)
            {
                Refuse(batch, stale.MessageText);
            }
            catch (PostgresException outdated) when (outdated.SqlState == PostgresAudience.Outdated)
            {
                RefuseOutdated(batch, outdated.MessageText);
            }
            catch (PostgresException conflict) when (
                conflict.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && ++attempt < Attempts)
            {
                // Rolled back whole, to be sent again.
            }
            catch (PostgresException refused) when (refused.SqlState[..2] is "22" or "23" or "54")
            {
                throw new RefusedRowException($"PostgreSQL: {refused.MessageText} ({refused.SqlState})");
            }
            catch
            {
                // Of a connection that failed nothing is known; the next batch begins with another.
                Close();
                throw;
            }
        }
    }

    public void Dispose() => Close();

    private void Send(NpgsqlConnection connection, IReadOnlyList<CommitEntry> entries)
    {
        var rows = new PostgresBatch();
        for (var place = 0; place < entries.Count; place++)
        {
            if (entries[place].Refusal is null) rows.Add(place, entries[place]);
        }

        CreateHeads(connection, rows.FeedHeads);
        using var batch = new NpgsqlBatch(connection);
        rows.MoveTo(batch, news.Sender);
        if (batch.BatchCommands.Count > 0) batch.ExecuteNonQuery();
    }

    // Apart from the batch, so that a new head's lock is never held together with others'.
    private void CreateHeads(NpgsqlConnection connection, IEnumerable<(string Feed, int Partition)> heads)
    {
        var missing = heads.Where(head => !_heads.Contains(head)).ToArray();
        if (missing.Length == 0) return;
        using var create = new NpgsqlCommand(
            "INSERT INTO feed_heads (feed, partition, seq) SELECT f, p, 0 FROM unnest($1, $2) AS g (f, p) ORDER BY f, p ON CONFLICT DO NOTHING", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. missing.Select(head => head.Feed)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. missing.Select(head => (long)head.Partition)] },
            },
        };
        create.ExecuteNonQuery();
        _heads.UnionWith(missing);
    }

    private static void Refuse(IReadOnlyList<CommitEntry> batch, string places)
    {
        foreach (var place in places.Split(','))
        {
            var entry = batch[int.Parse(place, CultureInfo.InvariantCulture)];
            entry.Refusal = new StaleVersionException($"{entry.Set!.State.Kind} {entry.Set.State.Key} was written by another activation");
        }
    }

    private static void RefuseOutdated(IReadOnlyList<CommitEntry> batch, string versions)
    {
        var comma = versions.IndexOf(',', StringComparison.Ordinal);
        var now = new AudienceVersions(
            long.Parse(versions.AsSpan(0, comma), CultureInfo.InvariantCulture), long.Parse(versions.AsSpan(comma + 1), CultureInfo.InvariantCulture));
        foreach (var entry in batch)
        {
            if (entry is { Refusal: null, Set.Audience: { } audience } && !audience.HoldsBeside(now)) entry.Refusal = new OutdatedAudienceException(now);
        }
    }

    private NpgsqlConnection Connection()
    {
        if (_connection is { FullState: ConnectionState.Open }) return _connection;
        Close();
        if (_failedAt != 0 && time.GetElapsedTime(_failedAt) < _pause)
            throw new M2MException(ErrorCode.Unavailable, "the database is away; it is tried again in a moment");
        try
        {
            var connection = database.Connect();
            Prepare(connection);
            _failedAt = 0;
            _pause = FirstPause;
            return _connection = connection;
        }
        catch
        {
            if (_failedAt != 0) _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _failedAt = time.GetTimestamp();
            throw;
        }
    }

    // Every join here is a handful of given keys against an index. Plans are made when a table may still be empty, and kept.
    private static void Prepare(NpgsqlConnection connection)
    {
        try
        {
            using var settings = new NpgsqlCommand(
                """
                SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan;
                SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
                """, connection);
            settings.ExecuteNonQuery();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
        _heads.Clear();
    }
}
