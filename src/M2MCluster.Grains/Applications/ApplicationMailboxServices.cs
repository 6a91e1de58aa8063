using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.Applications;

/// <summary>What every application's mailbox needs, shared by all of a silo.</summary>
internal sealed record ApplicationMailboxServices(
    TimeProvider Time,
    ICommitPipeline Pipeline,
    IStateReader States,
    IIdSource Ids,
    SubscriptionDirectory Directory,
    IMessageReader Messages,
    IFeedReader Feeds,
    IFeedPassages Passages,
    Serializer<ApplicationMailboxState> Serializer,
    DeliveryMetrics Delivery);
