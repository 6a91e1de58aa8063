using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;
using M2MCluster.Storage.Commit;

namespace M2MCluster.Storage.Reading;

internal sealed class FeedReader(IQueries queries, CommitPipeline pipeline) : IFeedReader
{
    // First only the places are read, up to the limit in each partition, and merged; then the rows of those that were chosen.
    private static readonly string Places = string.Join(" UNION ALL ", Enumerable.Range(0, FeedCursor.Partitions).Select(partition =>
        $"""
        SELECT * FROM (
            SELECT partition, seq, event_id FROM feed
            WHERE feed = @feed AND partition = {partition} AND seq > @after{partition}
                AND seq > coalesce((SELECT floor FROM feed_heads WHERE feed = @feed AND partition = {partition}), 0)
            ORDER BY seq LIMIT @limit) p{partition}
        """));

    private static readonly string Rows = string.Join(" UNION ALL ", Enumerable.Range(0, FeedCursor.Partitions).Select(partition =>
        $"""
        SELECT f.partition, f.seq, f.event_id, f.type, f.subject, f.data, e.up_to, f.trace_parent, {ReportReader.Columns}
        FROM feed f LEFT JOIN reports r ON r.id = f.event_id AND f.data IS NULL LEFT JOIN erasures e ON e.object_id = r.object_id
        WHERE f.feed = @feed AND f.partition = {partition} AND f.seq > @after{partition} AND f.seq <= @upto{partition}
        """));

    public async ValueTask<IReadOnlyList<FeedEvent>> ReadAsync(string feed, FeedCursor after, int limit, CancellationToken cancellation)
    {
        while (true)
        {
            var parameters = new List<(string, object?)> { ("feed", feed), ("limit", limit) };
            for (var i = 0; i < FeedCursor.Partitions; i++) parameters.Add(($"after{i}", after[i]));
            var places = await queries.ListAsync(
                Places, [.. parameters], row => new Place(row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)), cancellation).ConfigureAwait(false);
            if (places.Count == 0) return [];

            var chosen = Merge(places, limit);
            var end = after;
            foreach (var place in chosen) end = end.Past(new(place.Partition, place.Sequence));
            parameters.RemoveAt(1);
            for (var i = 0; i < FeedCursor.Partitions; i++) parameters.Add(($"upto{i}", end[i]));
            var events = await queries.ListAsync(Rows, [.. parameters], Event, cancellation).ConfigureAwait(false);
            var bySequence = events.OfType<FeedEvent>().ToDictionary(read => read.Position);
            var result = new List<FeedEvent>(chosen.Count);
            foreach (var place in chosen)
            {
                if (bySequence.TryGetValue(new(place.Partition, place.Sequence), out var read)) result.Add(read);
            }

            if (result.Count > 0) return result;

            // All of them told of reports that are erased since.
            after = end;
        }
    }

    public ValueTask<FeedCursor> EndAsync(string feed, CancellationToken cancellation) =>
        CursorAsync("SELECT partition, seq FROM feed_heads WHERE feed = @feed", feed, cancellation);

    public ValueTask<FeedCursor> AcknowledgedAsync(string feed, CancellationToken cancellation) =>
        CursorAsync("SELECT partition, seq FROM feed_acknowledgements WHERE feed = @feed", feed, cancellation);

    public ValueTask AcknowledgeAsync(string feed, FeedCursor cursor, CancellationToken cancellation) => pipeline.AcknowledgeAsync(feed, cursor);

    private async ValueTask<FeedCursor> CursorAsync(string sql, string feed, CancellationToken cancellation)
    {
        var rows = await queries.ListAsync(
            sql, [("feed", feed)],
            row => new FeedPosition(row.GetInt32(0), row.GetInt64(1)), cancellation).ConfigureAwait(false);
        return rows.Aggregate(FeedCursor.Start, (cursor, position) => cursor.Past(position));
    }

    private static FeedEvent? Event(System.Data.Common.DbDataReader row)
    {
        var id = row.GetInt64(2);
        var data = row.BytesOrNull(5);
        if (data is null && (row.IsDBNull(8) || (!row.IsDBNull(6) && id <= row.GetInt64(6)))) return null;
        return new(
            id, row.GetString(3), row.GetString(4), data,
            data is null ? ReportReader.Report(row, 8) : null, new(row.GetInt32(0), row.GetInt64(1)), row.TextOrNull(7));
    }

    /// <summary>The first of all partitions by time; within a partition sequence comes before time.</summary>
    private static List<Place> Merge(List<Place> places, int limit)
    {
        var partitions = new Queue<Place>[FeedCursor.Partitions];
        for (var i = 0; i < partitions.Length; i++) partitions[i] = new();
        foreach (var place in places.OrderBy(place => place.Sequence)) partitions[place.Partition].Enqueue(place);
        var merged = new List<Place>(Math.Min(limit, places.Count));
        while (merged.Count < limit)
        {
            Queue<Place>? earliest = null;
            foreach (var partition in partitions)
            {
                if (partition.Count > 0 && (earliest is null || partition.Peek().Id < earliest.Peek().Id)) earliest = partition;
            }

            if (earliest is null) break;
            merged.Add(earliest.Dequeue());
        }

        return merged;
    }

    private readonly record struct Place(int Partition, long Sequence, long Id);
}
