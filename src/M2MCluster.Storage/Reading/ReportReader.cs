using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Reports;

namespace M2MCluster.Storage.Reading;

internal sealed class ReportReader(IQueries queries) : IReportReader
{
    /// <summary>Columns of a report <c>r</c>, as <see cref="Report"/> reads them.</summary>
    public const string Columns = "r.id, r.object_id, r.content_type, r.payload, r.given_name, r.via, r.fault";

    /// <summary>The last report of an earlier object of the same id, <c>@object</c>.</summary>
    public const string ErasedUpTo = "coalesce((SELECT up_to FROM erasures WHERE object_id = @object), 0)";

    public async ValueTask<IReadOnlyList<StoredReport>> ReadAsync(
        string objectId, DateTimeOffset? from, DateTimeOffset? to, long after, int limit, CancellationToken cancellation)
    {
        var first = Math.Max(after == long.MaxValue ? after : after + 1, from is { } start ? TimedIds.NotBefore(start) : 0);
        var end = to is { } stop ? TimedIds.NotBefore(stop) : long.MaxValue;
        return await queries.ListAsync(
            $"""
            SELECT {Columns} FROM reports r
            WHERE r.object_id = @object AND r.id >= @first AND r.id < @end AND r.id > {ErasedUpTo}
            ORDER BY r.id LIMIT @limit
            """,
            [("object", objectId), ("first", first), ("end", end), ("limit", limit)], row => Report(row, 0), cancellation).ConfigureAwait(false);
    }

    public async ValueTask<DateTimeOffset?> LatestAsync(string objectId, CancellationToken cancellation)
    {
        var latest = await queries.ListAsync(
            $"SELECT id FROM reports WHERE object_id = @object AND fault IS NULL AND id > {ErasedUpTo} ORDER BY id DESC LIMIT 1",
            [("object", objectId)], row => row.GetInt64(0), cancellation).ConfigureAwait(false);
        return latest.Count == 0 ? null : TimedId.TimeOf(latest[0]);
    }

    public static StoredReport Report(DbDataReader row, int column) => new(
        row.GetInt64(column), row.GetString(column + 1), row.GetString(column + 2), row.Bytes(column + 3), row.BytesOrNull(column + 4),
        row.TextOrNull(column + 5), row.TextOrNull(column + 6));
}
