namespace M2MCluster.Contracts.Importing;

/// <summary>Imports of objects: set-wise, resumable, idempotent. Thread-safe; all may throw <see cref="ErrorCode.Unavailable"/>.</summary>
public interface IObjectImporter
{
    /// <summary>Begins an import, or resumes the one of this id after <see cref="ImportStatus.Line"/>; one that is done begins anew, at its first line.</summary>
    /// <param name="actor">As the audit names it.</param>
    ValueTask<IImportSession> OpenAsync(string actor, string importId, bool update);

    ValueTask<ImportStatus?> FindAsync(string importId, CancellationToken cancellation);

    /// <summary>By id, after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<ImportStatus>> ListAsync(string after, int limit, CancellationToken cancellation);

    /// <summary>By line, after <paramref name="after"/> (an ordinal of the answer before; 0 for the first).</summary>
    ValueTask<IReadOnlyList<(long Ordinal, ImportError Error)>> ErrorsAsync(string importId, long after, int limit, CancellationToken cancellation);

    /// <summary>Ends it where it is; what was imported stays. One that has ended stays as it is.</summary>
    ValueTask<ImportStatus> CancelAsync(string actor, string importId);

    /// <summary>Forgets an import that has ended, and its errors.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.FailedPrecondition"/>: it has not.</exception>
    ValueTask DeleteAsync(string actor, string importId);
}
