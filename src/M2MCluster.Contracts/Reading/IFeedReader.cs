using M2MCluster.Contracts.Events;

namespace M2MCluster.Contracts.Reading;

public interface IFeedReader
{
    /// <summary>
    /// The events after the cursor: in order within each partition, partitions merged by time, at most <paramref name="limit"/>. Never
    /// passes an event that is not visible yet.
    /// </summary>
    ValueTask<IReadOnlyList<FeedEvent>> ReadAsync(string feed, FeedCursor after, int limit, CancellationToken cancellation);

    /// <summary>How far the feed goes: a cursor beyond it is not one of this feed's.</summary>
    ValueTask<FeedCursor> EndAsync(string feed, CancellationToken cancellation);

    /// <summary>How far the feed's reader has acknowledged.</summary>
    ValueTask<FeedCursor> AcknowledgedAsync(string feed, CancellationToken cancellation);

    /// <summary>Moves the acknowledgement forward, durably; it never goes back.</summary>
    ValueTask AcknowledgeAsync(string feed, FeedCursor cursor, CancellationToken cancellation);
}
