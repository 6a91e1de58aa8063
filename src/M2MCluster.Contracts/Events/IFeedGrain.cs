using Orleans.Concurrency;

namespace M2MCluster.Contracts.Events;

/// <summary>
/// Carries the hint that a feed has more to read; the key is the feed. Nothing is kept: a hint that is lost costs the watcher its
/// slow poll and no event.
/// </summary>
[Alias("m2m.IFeedGrain"), GrainInterfaceType("m2m.IFeedGrain")]
public interface IFeedGrain : IGrainWithStringKey
{
    /// <summary>Watches until the lease ends; again renews it.</summary>
    [Alias("Watch")] ValueTask Watch(IFeedObserver observer);

    [Alias("Unwatch")] ValueTask Unwatch(IFeedObserver observer);

    /// <summary>There is more to read.</summary>
    [OneWay, Alias("Published")] ValueTask Published();
}
