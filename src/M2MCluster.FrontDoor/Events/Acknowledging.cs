using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Moves the acknowledgement of a feed, and tells those who wait for it.</summary>
internal sealed class Acknowledging(IFeedReader reader, IGrainFactory grains)
{
    /// <summary>As <see cref="IFeedReader.AcknowledgeAsync"/>.</summary>
    public async ValueTask AcknowledgeAsync(string feed, FeedCursor cursor, CancellationToken cancellation)
    {
        await reader.AcknowledgeAsync(feed, cursor, cancellation);
        // A webhook's feed is named after its application's.
        var slash = feed.IndexOf('/', StringComparison.Ordinal);
        grains.GetGrain<IApplicationMailboxGrain>(slash < 0 ? feed : feed[..slash]).Acknowledged(feed).AsTask().Ignore();
    }
}
