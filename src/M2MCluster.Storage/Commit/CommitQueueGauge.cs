using M2MCluster.Contracts.Cluster;

namespace M2MCluster.Storage.Commit;

internal sealed class CommitQueueGauge(CommitPipeline pipeline) : ISiloGauge
{
    public string Name => "m2m.storage.commit.queued";

    public long Read() => pipeline.Queued;
}
