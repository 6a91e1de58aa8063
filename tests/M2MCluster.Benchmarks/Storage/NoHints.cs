using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Benchmarks.Storage;

internal sealed class NoHints : IFeedHints, IDueHints
{
    public void Published(string feed) { }

    public void Armed(IReadOnlyList<DueTime> times) { }
}
