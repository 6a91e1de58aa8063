using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Subscriptions;
using Microsoft.Extensions.Options;
using Orleans.Serialization;

namespace M2MCluster.Grains.Qos;

/// <summary>What the grains of quality of service need, shared by all of a silo.</summary>
internal sealed record QosServices(
    TimeProvider Time,
    IOptions<QosOptions> Options,
    IQosNetwork Network,
    ICommitPipeline Pipeline,
    IStateReader States,
    IIdSource Ids,
    SubscriptionDirectory Subscriptions,
    GroupMembership Groups,
    IGrainFactory Grains,
    Serializer<QosFlow> Serializer,
    QosMetrics Metrics);
