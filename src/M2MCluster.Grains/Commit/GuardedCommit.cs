using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

internal static class GuardedCommit
{
    /// <summary>Commits for a grain that keeps its state in memory and reads it on activation only.</summary>
    /// <param name="retire">Ends the activation: what is on disk is not known any more after a failure, and the next one reads it.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: it may be stored, or not.</exception>
    public static async ValueTask CommitAsync(this ICommitPipeline pipeline, WriteSet set, Action retire)
    {
        try
        {
            await pipeline.CommitAsync(set);
        }
        catch (StaleVersionException)
        {
            retire();
            throw new M2MException(ErrorCode.Unavailable, "the resource moved; try again");
        }
        catch
        {
            retire();
            throw;
        }
    }
}
