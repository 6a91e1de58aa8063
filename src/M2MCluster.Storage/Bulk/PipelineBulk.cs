using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;

namespace M2MCluster.Storage.Bulk;

/// <summary>SQLite has one writer: a set goes through the pipeline, small enough that what shares its transaction waits a few milliseconds more.</summary>
internal sealed class PipelineBulk(CommitPipeline pipeline, Bodies bodies, Inbox inbox) : IBulkCommit
{
    public int MostObjects => 1000;

    public async ValueTask<bool> TryCommitAsync(BulkSet set)
    {
        try
        {
            await pipeline.CommitAsync(set, new BulkRows(set, bodies)).ConfigureAwait(false);
        }
        catch (BulkConflictException)
        {
            return false;
        }

        foreach (var made in set.Objects) inbox.Tell(made.Description.Id);
        return true;
    }
}
