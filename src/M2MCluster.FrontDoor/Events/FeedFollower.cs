using System.Runtime.CompilerServices;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Reads a feed without end.</summary>
internal sealed class FeedFollower(IFeedReader reader, FeedNews news)
{
    private const int BatchSize = 256;

    /// <summary>
    /// The events after the cursor as they come, each with the cursor after it. Nothing is read ahead of the consumer but one batch. Ends by
    /// cancellation only.
    /// </summary>
    public async IAsyncEnumerable<(FeedEvent Event, FeedCursor After)> FollowAsync(
        string feed, FeedCursor cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var signal = await news.ListenAsync(feed);
        while (true)
        {
            await signal.WaitAsync(cancellation);
            IReadOnlyList<FeedEvent> batch;
            do
            {
                batch = await reader.ReadAsync(feed, cursor, BatchSize, cancellation);
                foreach (var item in batch)
                {
                    cursor = cursor.Past(item.Position);
                    yield return (item, cursor);
                }
            }
            while (batch.Count == BatchSize);
        }
    }
}
