using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class FeedPassages(IQueries queries) : IFeedPassages
{
    public async ValueTask<IReadOnlyList<long>> EventsBetweenAsync(
        string feed, int partition, string type, long after, long upTo, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT event_id FROM feed WHERE feed = @feed AND partition = @partition AND seq > @after AND seq <= @upto AND type = @type",
            [("feed", feed), ("partition", (long)partition), ("after", after), ("upto", upTo), ("type", type)],
            row => row.GetInt64(0), cancellation).ConfigureAwait(false);
}
