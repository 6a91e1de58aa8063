using M2MCluster.Contracts;
using M2MCluster.Contracts.Reading;
using M2MCluster.Storage.Reading;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Storage.Surveying;

/// <summary>
/// Looks at what only the disk knows, for the metrics: a few statements a period, each bounded whatever the size of the database. Rows are counted up to a bound;
/// beyond it PostgreSQL's own estimate is taken.
/// </summary>
internal sealed partial class Surveyor(IQueries queries, IApplicationReader applications, StorageOptions options, StorageMetrics metrics, TimeProvider time, ILogger<Surveyor> log) : IAsyncDisposable
{
    public const int Bound = 100_000;

    private readonly CancellationTokenSource _stop = new();
    private Task _surveying = Task.CompletedTask;

    public void Start() => _surveying = Task.Run(RunAsync);

    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/></exception>
    public async Task<Survey> SurveyAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var objects = await CountAsync("objects", "objects", cancellation).ConfigureAwait(false);
        var waiting = await CountAsync("messages WHERE outcome IS NULL", "messages_waiting", cancellation).ConfigureAwait(false);
        var (due, first) = await DueBacklog.ReadAsync(queries, now, Bound, cancellation).ConfigureAwait(false);
        var lags = await LagsAsync(now, cancellation).ConfigureAwait(false);
        var (feeds, webhooks) = (lags.Where(lag => !lag.IsWebhook).ToList(), lags.Where(lag => lag.IsWebhook).ToList());
        return new(
            objects, waiting, due, first is { } at ? now - at : TimeSpan.Zero,
            Most(feeds), Oldest(feeds), Most(webhooks), Oldest(webhooks));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _surveying.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.SurveySeconds), time);
        try
        {
            do
            {
                try
                {
                    metrics.Surveyed(await SurveyAsync(_stop.Token).ConfigureAwait(false));
                }
                catch (M2MException failure)
                {
                    metrics.Unavailable();
                    LogFailed(failure.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async ValueTask<long> CountAsync(string rows, string relation, CancellationToken cancellation)
    {
        var counted = await queries.FirstAsync($"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {Bound}) r", [], row => row.GetInt64(0), cancellation).ConfigureAwait(false);
        if (counted < Bound || queries.Estimate is not { } estimate) return counted;
        return Math.Max(counted, await queries.FirstAsync(estimate, [("relation", relation)], row => row.GetInt64(0), cancellation).ConfigureAwait(false));
    }

    /// <summary>One row for each partition of each feed, and one look into it: as many as there are applications and webhooks, times eight.</summary>
    private async ValueTask<List<Lag>> LagsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var partitions = await queries.ListAsync(
            """
            SELECT r.feed, r.seq - r.read, (SELECT f.event_id FROM feed f WHERE f.feed = r.feed AND f.partition = r.partition AND f.seq > r.read ORDER BY f.seq LIMIT 1)
            FROM (SELECT h.feed, h.partition, h.seq, CASE WHEN coalesce(a.seq, 0) > h.floor THEN a.seq ELSE h.floor END AS read
                FROM feed_heads h LEFT JOIN feed_acknowledgements a ON a.feed = h.feed AND a.partition = h.partition) r
            WHERE r.seq > r.read
            """,
            [], row => (Feed: row.GetString(0), Events: row.GetInt64(1), First: row.IsDBNull(2) ? (long?)null : row.GetInt64(2)), cancellation).ConfigureAwait(false);
        // What may wait is not late yet.
        var tolerances = partitions.Exists(partition => IsWebhook(partition.Feed))
            ? (await applications.AllSubscriptionsAsync(cancellation).ConfigureAwait(false)).Where(subscription => subscription.Tolerance is { Ticks: > 0 })
                .ToDictionary(subscription => subscription.Feed, subscription => subscription.Tolerance!.Value, StringComparer.Ordinal)
            : [];
        return
        [
            .. partitions.GroupBy(partition => partition.Feed, StringComparer.Ordinal).Select(feed => new Lag(
                IsWebhook(feed.Key), feed.Sum(partition => partition.Events), AgeOf(feed.Min(partition => partition.First), tolerances.GetValueOrDefault(feed.Key), now))),
        ];
    }

    private static bool IsWebhook(string feed) => feed.Contains('/', StringComparison.Ordinal);

    private static TimeSpan AgeOf(long? first, TimeSpan tolerance, DateTimeOffset now) =>
        first is { } id && TimedId.TimeOf(id) + tolerance is var due && now > due ? now - due : TimeSpan.Zero;

    private static long Most(List<Lag> lags) => lags.Select(lag => lag.Events).DefaultIfEmpty().Max();

    private static TimeSpan Oldest(List<Lag> lags) => lags.Select(lag => lag.Age).DefaultIfEmpty().Max();

    [LoggerMessage(5031, LogLevel.Warning, "The survey for the metrics failed: {Reason}")]
    private partial void LogFailed(string reason);

    private readonly record struct Lag(bool IsWebhook, long Events, TimeSpan Age);
}
