using M2MCluster.Contracts;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Commit;

internal static class GuardedCommit
{
    /// <summary>Commits for a grain that keeps its state in memory and reads it on activation only.</summary>
    /// <param name="retire">Ends the activation: what is on disk is not known any more after a failure, and the next one reads it.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: it may be stored, or not.</exception>
    public static ValueTask CommitAsync(this ICommitPipeline pipeline, WriteSet set, Action retire) => CommitAsync(() => pipeline.CommitAsync(set), retire);

    /// <summary>The same for a set with events, which <paramref name="address"/> adds.</summary>
    public static ValueTask CommitAsync(
        this ICommitPipeline pipeline, WriteSet set, SubscriptionDirectory directory, Func<WriteSet, Audience, ValueTask> address, Action retire) =>
        CommitAsync(() => pipeline.CommitAsync(set, directory, address), retire);

    /// <summary>The same for whatever commits.</summary>
    public static async ValueTask CommitAsync(Func<ValueTask> commit, Action retire)
    {
        try
        {
            await commit();
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
