using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class BacklogReader(IQueries queries) : IBacklogReader
{
    public async ValueTask<Backlog> ReadAsync(DateTimeOffset now, int bound, int feeds, CancellationToken cancellation)
    {
        // Bounded, so that ten million rows cost no more than the bound.
        var (due, oldest) = await DueBacklog.ReadAsync(queries, now, bound, cancellation).ConfigureAwait(false);
        var waiting = await queries.FirstAsync(
            "SELECT count(*) FROM (SELECT 1 FROM messages WHERE outcome IS NULL LIMIT @bound) m", [("bound", bound)], row => row.GetInt64(0), cancellation).ConfigureAwait(false);
        var lags = await queries.ListAsync(
            """
            SELECT h.feed, sum(CASE WHEN coalesce(a.seq, 0) > h.floor THEN h.seq - coalesce(a.seq, 0) ELSE h.seq - h.floor END) AS lag
            FROM feed_heads h LEFT JOIN feed_acknowledgements a ON a.feed = h.feed AND a.partition = h.partition
            GROUP BY h.feed ORDER BY 2 DESC, 1 LIMIT @feeds
            """,
            [("feeds", feeds)], row => new FeedLag(row.GetString(0), Convert.ToInt64(row.GetValue(1), System.Globalization.CultureInfo.InvariantCulture)), cancellation).ConfigureAwait(false);
        return new(due, oldest, waiting, [.. lags.Where(lag => lag.Events > 0)]);
    }
}
