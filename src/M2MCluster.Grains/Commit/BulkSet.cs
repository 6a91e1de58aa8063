using M2MCluster.Contracts.Importing;

namespace M2MCluster.Grains.Commit;

/// <summary>Many new objects, and how far the import that brings them is: one transaction, all or nothing.</summary>
/// <param name="state">The import's own state. Its version guards the rest: an import has one stream that writes.</param>
public sealed class BulkSet(StateWrite state)
{
    public StateWrite State { get; } = state;
    public List<NewObject> Objects { get; } = [];
    public List<AuditWrite> Audit { get; } = [];

    /// <summary>The import's errors, in order.</summary>
    public List<ImportError> Errors { get; } = [];

    /// <summary>The ordinal of the first of <see cref="Errors"/>.</summary>
    public long FirstError { get; init; }

    /// <summary>The errors that are kept of this import go first.</summary>
    public bool ForgetsErrors { get; init; }
}
