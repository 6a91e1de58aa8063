using M2MCluster.Grains.Commit;

namespace M2MCluster.Benchmarks.Storage;

internal sealed class NoHints : IFeedHints
{
    public void Published(string feed) { }
}
