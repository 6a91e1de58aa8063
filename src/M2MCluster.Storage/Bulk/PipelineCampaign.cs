using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Bulk;

/// <summary>SQLite has one writer: parts go through the pipeline, few enough that what shares their transaction waits some milliseconds more.</summary>
internal sealed class PipelineCampaign(ICommitPipeline pipeline) : ICampaignCommit
{
    public int MostParts => 1000;

    public ValueTask CommitAsync(WriteSet set) => pipeline.CommitAsync(set);
}
