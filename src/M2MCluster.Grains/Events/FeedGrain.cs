using M2MCluster.Contracts.Events;
using Orleans.Placement;

namespace M2MCluster.Grains.Events;

[GrainType("feed"), PreferLocalPlacement]
internal sealed class FeedGrain(TimeProvider time) : Grain, IFeedGrain
{
    // Watchers renew each half minute; a lost one is forgotten after two misses.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(75);

    private readonly Dictionary<IFeedObserver, DateTimeOffset> _watchers = [];

    public ValueTask Watch(IFeedObserver observer)
    {
        _watchers[observer] = time.GetUtcNow() + Lease;
        return default;
    }

    public ValueTask Unwatch(IFeedObserver observer)
    {
        _watchers.Remove(observer);
        return default;
    }

    public ValueTask Published()
    {
        if (_watchers.Count == 0) return default;
        var now = time.GetUtcNow();
        foreach (var (watcher, until) in _watchers)
        {
            if (until < now) _watchers.Remove(watcher);
            else watcher.More().Ignore();
        }

        return default;
    }
}
