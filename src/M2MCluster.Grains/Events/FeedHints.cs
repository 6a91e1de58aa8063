using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Events;

internal sealed class FeedHints(IGrainFactory grains) : IFeedHints
{
    public void Published(string feed) => grains.GetGrain<IFeedGrain>(feed).Published().AsTask().Ignore();
}
