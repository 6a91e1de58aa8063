using M2MCluster.Contracts;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Storage.Sweeping;

/// <summary>
/// Deletes what nobody reads any more, in small steps between the commits: messages that ended long ago, reports of objects that are gone,
/// dropped feeds, and events that are old and acknowledged. Several silos that do it at once find less to do.
/// </summary>
internal sealed partial class Sweeper(
    IQueries queries, CommitPipeline pipeline, EndedMessages messages, StorageOptions options, TimeProvider time, ILogger<Sweeper> log) : IAsyncDisposable
{
    private const int Step = 1000;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _sweeping = Task.CompletedTask;

    public void Start() => _sweeping = Task.Run(RunAsync);

    /// <summary>Deletes all that there is to delete now.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        await messages.SweepAsync(cancellation).ConfigureAwait(false);
        while (await ReportsAsync(cancellation).ConfigureAwait(false) + await EventsAsync(cancellation).ConfigureAwait(false) > 0) { }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, time);
        while (true)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
                await SweepAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (M2MException failure)
            {
                LogFailed(failure.Message);
            }
        }
    }

    private async Task<int> ReportsAsync(CancellationToken cancellation)
    {
        var erased = await queries.ListAsync(
            "SELECT object_id, up_to FROM erasures LIMIT @step", [("step", Step)], row => (ObjectId: row.GetString(0), UpTo: row.GetInt64(1)), cancellation)
            .ConfigureAwait(false);
        foreach (var (objectId, upTo) in erased)
        {
            cancellation.ThrowIfCancellationRequested();
            await pipeline.SweepAsync(new(
                $"DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE object_id = $1 AND id <= $2 ORDER BY id LIMIT {Step})",
                objectId, upTo)).ConfigureAwait(false);
            await pipeline.SweepAsync(new(
                "DELETE FROM erasures WHERE object_id = $1 AND up_to = $2 AND NOT EXISTS (SELECT 1 FROM reports WHERE object_id = $1 AND id <= $2)",
                objectId, upTo)).ConfigureAwait(false);
        }

        return erased.Count;
    }

    private async Task<int> EventsAsync(CancellationToken cancellation)
    {
        var old = TimedId.FirstAt(time.GetUtcNow().AddDays(-options.KeepEventsDays));
        var firsts = await queries.ListAsync(
            """
            SELECT h.feed, h.partition, h.floor, coalesce(a.seq, 0), f.seq, f.event_id
            FROM feed_heads h
            JOIN feed f ON f.feed = h.feed AND f.partition = h.partition
                AND f.seq = (SELECT min(g.seq) FROM feed g WHERE g.feed = h.feed AND g.partition = h.partition)
            LEFT JOIN feed_acknowledgements a ON a.feed = h.feed AND a.partition = h.partition
            """,
            [], row => new First(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)), cancellation)
            .ConfigureAwait(false);
        var swept = 0;
        foreach (var first in firsts)
        {
            if (first.Sequence > first.Floor && (first.Sequence > first.Acknowledged || first.EventId >= old)) continue;
            cancellation.ThrowIfCancellationRequested();
            await pipeline.SweepAsync(new(
                """
                DELETE FROM feed WHERE feed = $1 AND partition = $2 AND seq >= $3 AND seq < $4
                    AND (seq <= $5 OR (seq <= $6 AND event_id < $7))
                """,
                first.Feed, first.Partition, first.Sequence, first.Sequence + Step, first.Floor, first.Acknowledged, old)).ConfigureAwait(false);
            swept++;
        }

        return swept;
    }

    [LoggerMessage(5030, LogLevel.Warning, "Sweeping stopped until the next time: {Reason}")]
    private partial void LogFailed(string reason);

    /// <summary>The first row of a feed's partition.</summary>
    private sealed record First(string Feed, long Partition, long Floor, long Acknowledged, long Sequence, long EventId);
}
