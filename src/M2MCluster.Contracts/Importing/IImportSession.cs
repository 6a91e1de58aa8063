namespace M2MCluster.Contracts.Importing;

/// <summary>
/// One stream of an import, called by one caller in the order of its lines. A call need not wait for the former one's end: chunks are written in the order of the calls, and
/// one is prepared while the former is written; after one that failed all that were called later fail too.
/// </summary>
public interface IImportSession
{
    /// <summary>As of the last commit.</summary>
    ImportStatus Status { get; }

    /// <summary>Items that one commit takes at most: so much that other traffic does not notice.</summary>
    int ChunkSize { get; }

    /// <summary>
    /// Makes the objects that are new, whole and durable when this returns, in one transaction with the progress and the errors; each is then as
    /// <c>CreateObject</c> makes it. Lines that were committed before are passed over.
    /// </summary>
    /// <param name="items">At most <see cref="ChunkSize"/>, by line.</param>
    /// <param name="errors">Lines that could not be read or are not valid; several errors of a line stand together.</param>
    /// <param name="lastLine">Everything up to this line is in this chunk or in one before.</param>
    /// <exception cref="M2MException">
    /// <see cref="ErrorCode.Aborted"/>: another stream carries on this import, or it was cancelled; <see cref="ErrorCode.Unavailable"/>: storage is away,
    /// and what <see cref="Status"/> says may be behind the disk. The session ends with either.
    /// </exception>
    ValueTask CommitAsync(IReadOnlyList<ImportItem> items, IReadOnlyList<ImportError> errors, long lastLine);

    /// <summary>The input is at its end: the import is done, and whoever subscribed is told by one event.</summary>
    ValueTask FinishAsync();
}
