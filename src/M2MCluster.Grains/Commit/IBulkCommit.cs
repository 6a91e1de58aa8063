using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>The way to disk for many new objects at once, beside the turns of single grains, whose commits do not wait for it noticeably.</summary>
public interface IBulkCommit
{
    /// <summary>Objects that one set takes at most.</summary>
    int MostObjects { get; }

    /// <summary>
    /// Commits the set whole, or nothing of it. When this returns true it is durable, and a grain that was active for one of the ids knows that it
    /// has to look again (<see cref="IInbox"/>).
    /// </summary>
    /// <returns>False: an object or a name is there already.</returns>
    /// <exception cref="StaleVersionException">Somebody else wrote the import's state.</exception>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>, as <see cref="ICommitPipeline.CommitAsync"/>.</exception>
    ValueTask<bool> TryCommitAsync(BulkSet set);
}
