using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;
using Orleans.Serialization;

namespace M2MCluster.Grains.Importing;

/// <summary>What every import needs, shared by all of a silo.</summary>
internal sealed record ImportServices(
    TimeProvider Time,
    IBulkCommit Bulk,
    IBulkReader Reader,
    ICommitPipeline Pipeline,
    ImportLog Log,
    IIdSource Ids,
    SubscriptionDirectory Subscriptions,
    IGrainFactory Grains,
    Serializer<ObjectState> Serializer,
    SecretHasher Secrets);
