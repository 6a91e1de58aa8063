using Orleans.Concurrency;

namespace M2MCluster.Contracts.Events;

[Alias("m2m.IFeedObserver"), GrainInterfaceType("m2m.IFeedObserver")]
public interface IFeedObserver : IGrainObserver
{
    [OneWay, Alias("More")] Task More();
}
