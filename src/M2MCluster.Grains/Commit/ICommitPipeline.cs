using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>
/// The one way to disk. Write sets of many grains share a transaction, but each stands or falls alone. A grain has at most one
/// write set under way; sets of different grains may commit in any order.
/// </summary>
public interface ICommitPipeline
{
    /// <summary>
    /// Commits the set whole, or refuses it whole. When this returns, everything in it is durable, its events are visible to readers
    /// of their feeds in the order of their list, and hints are on their way.
    /// </summary>
    /// <exception cref="StaleVersionException">Another activation wrote the state first; nothing of the set is stored.</exception>
    /// <exception cref="OutdatedAudienceException">Who hears changed since the events were addressed; nothing of the set is stored.</exception>
    /// <exception cref="M2MException">
    /// <see cref="ErrorCode.Unavailable"/>: storage is away or full, or the queue before it. Nothing of the set is stored, or, if the
    /// connection broke during the commit, all of it may be: the grain reads its state again before it goes on.
    /// </exception>
    ValueTask CommitAsync(WriteSet set);
}
