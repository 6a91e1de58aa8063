using M2MCluster.Contracts.Reports;

namespace M2MCluster.Contracts.Reading;

public interface IReportReader
{
    /// <summary>
    /// An object's reports received in [<paramref name="from"/>, <paramref name="to"/>), oldest first, after the id
    /// <paramref name="after"/>; at most <paramref name="limit"/>.
    /// </summary>
    ValueTask<IReadOnlyList<StoredReport>> ReadAsync(
        string objectId, DateTimeOffset? from, DateTimeOffset? to, long after, int limit, CancellationToken cancellation);

    /// <summary>When the object's latest report was received that could be read; null: there is none.</summary>
    ValueTask<DateTimeOffset?> LatestAsync(string objectId, CancellationToken cancellation);
}
