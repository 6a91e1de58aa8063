using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>What every report task needs, shared by all of a silo.</summary>
internal sealed record ReportTaskServices(
    TimeProvider Time,
    ICommitPipeline Pipeline,
    IStateReader States,
    IIdSource Ids,
    IObjectIndex Index,
    IGroupReader Groups,
    IMessageReader Messages,
    IReportReader Reports,
    GroupMembership Membership,
    SubscriptionDirectory Subscriptions,
    IGrainFactory Grains,
    Serializer<ReportTaskState> Serializer);
