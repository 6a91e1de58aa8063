using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Commit;

/// <summary>Writes batches, one at a time, each on the pipeline's own thread.</summary>
internal interface IBatchWriter : IDisposable
{
    /// <summary>
    /// Writes the batch in one transaction and makes it durable. A stale entry gets its <see cref="CommitEntry.Refusal"/>
    /// (<see cref="StaleVersionException"/>), nothing of it is stored, and the others commit.
    /// </summary>
    /// <exception cref="RefusedRowException">The database refuses a row; nothing of the batch is stored.</exception>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: nothing of the batch is known to be stored.</exception>
    void Write(IReadOnlyList<CommitEntry> batch);
}
