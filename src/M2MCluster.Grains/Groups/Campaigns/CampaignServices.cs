using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Casting;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>What every campaign needs, shared by all of a silo.</summary>
internal sealed record CampaignServices(
    TimeProvider Time,
    ICommitPipeline Pipeline,
    ICampaignCommit Bulk,
    ICampaignReader Reader,
    IStateReader States,
    IMessageReader Messages,
    IObjectIndex Index,
    IEdgeDirectory Edges,
    CastingOptions Casting,
    IIdSource Ids,
    GroupMembership Groups,
    GroupServices Sending,
    SubscriptionDirectory Subscriptions,
    IGrainFactory Grains,
    MemberJudging Judging,
    Planner Planner,
    PartCancelling Cancelling,
    Serializer<CampaignState> Serializer,
    DeliveryMetrics Metrics)
{
    public CampaignMetrics Meter => Metrics.Campaigns;
}
