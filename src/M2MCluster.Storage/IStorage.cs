namespace M2MCluster.Storage;

/// <summary>The database as the host starts it.</summary>
public interface IStorage
{
    /// <summary>
    /// Opens the database, brings its schema up to date, and begins to commit; to be called once, before the silo starts. Disposing of
    /// the service provider commits what waits and closes it.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The database was written by a newer release, or another process has it open (SQLite); the message says which.
    /// </exception>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task OpenAsync(CancellationToken cancellation);

    /// <summary>
    /// Whether the database answers now and takes writes: after a transaction failed, as on a full disk, a small write has to go through
    /// first. To be asked each few seconds at most.
    /// </summary>
    ValueTask<bool> IsAvailableAsync(CancellationToken cancellation);
}
