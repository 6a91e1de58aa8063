using M2MCluster.Contracts;

namespace M2MCluster.Storage.Reading;

/// <summary>How many due times have passed, counted up to a bound, and the earliest of them.</summary>
internal static class DueBacklog
{
    public static ValueTask<(long Count, DateTimeOffset? First)> ReadAsync(IQueries queries, DateTimeOffset now, int bound, CancellationToken cancellation) => queries.FirstAsync(
        Sql, [("now", now.ToUnixTimeMilliseconds()), ("each", Math.Max(1, bound / DueTime.Shards))],
        row => (row.GetInt64(0), row.IsDBNull(1) ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))), cancellation);

    // The index begins with the shard.
    private static readonly string Sql = $"SELECT count(*), min(at) FROM ({string.Join(" UNION ALL ", Enumerable.Range(0, DueTime.Shards).Select(shard =>
        $"SELECT * FROM (SELECT at FROM due WHERE shard = {shard} AND at <= @now ORDER BY at LIMIT @each) d{shard}"))}) d";
}
