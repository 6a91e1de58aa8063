using System.Collections.Concurrent;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Tests;

internal sealed class RecordedHints : IFeedHints
{
    public ConcurrentQueue<string> Feeds { get; } = new();

    public void Published(string feed) => Feeds.Enqueue(feed);
}
