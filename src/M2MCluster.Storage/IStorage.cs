namespace M2MCluster.Storage;

/// <summary>The database as the host starts it.</summary>
public interface IStorage
{
    /// <summary>
    /// Opens the database, brings its schema up to date, and begins to commit; to be called once, before the silo starts. Disposing of
    /// the service provider commits what waits and closes it.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The database was changed by a newer release so that this one cannot work with it, or another process has it open (SQLite); the message says which.
    /// </exception>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task OpenAsync(CancellationToken cancellation);

    /// <summary>Keeps a fact of the whole installation the first time that it is told; later ones change nothing. To be called once the database is open.</summary>
    /// <returns>The value that is kept, which may be another one.</returns>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task<string> KeepFactAsync(string name, string value, CancellationToken cancellation);

    /// <summary>
    /// Whether the database answers now and takes writes: after a transaction failed, as on a full disk, a small write has to go through
    /// first. To be asked each few seconds at most.
    /// </summary>
    ValueTask<bool> IsAvailableAsync(CancellationToken cancellation);
}
