using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Services;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.Objects;

/// <summary>What every object needs, shared by all of a silo.</summary>
internal sealed record ObjectServices(
    TimeProvider Time,
    ICommitPipeline Pipeline,
    IStateReader States,
    IInbox Inbox,
    IIdSource Ids,
    SubscriptionDirectory Subscriptions,
    IGroupReader Groups,
    GroupRulesCache Rules,
    IMessageReader Messages,
    IReportReader Reports,
    IObjectIndex Index,
    IEdgeDirectory Edges,
    IGrainFactory Grains,
    Serializer<ObjectState> Serializer,
    SecretHasher Secrets,
    FleetMetrics Fleet,
    DeliveryMetrics Delivery,
    MailboxWatch Mailboxes,
    Planner Planner,
    QosDesk Qos,
    IServiceClasses Classes,
    Constraints Constraints,
    MessageJudge Judge,
    ReportPhases Phases,
    PathFigures Figures,
    WakeUpOptions WakeUp);
