using System.Runtime.CompilerServices;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Reads a feed without end.</summary>
internal sealed class FeedFollower(IFeedReader reader, FeedNews news, TimeProvider time)
{
    private const int BatchSize = 256;

    // Hints come with each commit; between two looks at the log this much passes, so that a thousand commits a second are not a thousand looks.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The events after the cursor as they come, each with the cursor after it, and whether more of the same batch follow at once. Nothing is read
    /// ahead of the consumer but one batch. Ends by cancellation only.
    /// </summary>
    public async IAsyncEnumerable<(FeedEvent Event, FeedCursor After, bool MoreFollow)> FollowAsync(
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
                for (var i = 0; i < batch.Count; i++)
                {
                    cursor = cursor.Past(batch[i].Position);
                    yield return (batch[i], cursor, i < batch.Count - 1);
                }
            }
            while (batch.Count == BatchSize);

            await Task.Delay(Pause, time, cancellation);
        }
    }
}
