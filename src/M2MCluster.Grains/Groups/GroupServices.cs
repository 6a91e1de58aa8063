using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.Groups;

/// <summary>What every group needs, shared by all of a silo.</summary>
internal sealed record GroupServices(
    TimeProvider Time,
    ICommitPipeline Pipeline,
    IStateReader States,
    IIdSource Ids,
    IObjectIndex Index,
    IGroupReader Groups,
    IMessageReader Messages,
    GroupRulesCache Rules,
    GroupMembership Membership,
    MemberJudging Judging,
    SleeperCalling Calling,
    SubscriptionDirectory Subscriptions,
    IGrainFactory Grains,
    Serializer<GroupState> Serializer,
    Serializer<CampaignState> Campaigns,
    DeliveryMetrics Metrics);
