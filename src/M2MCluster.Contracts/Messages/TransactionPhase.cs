namespace M2MCluster.Contracts.Messages;

/// <summary>Where a message of a transaction stands (4.16).</summary>
public enum TransactionPhase
{
    /// <summary>To be prepared, and never in the object's hands.</summary>
    Waiting = 0,
    /// <summary>The object may have it, and may have prepared without our having heard.</summary>
    HandedOut = 1,
    /// <summary>The object has promised to do it once it is told.</summary>
    Prepared = 2,
    /// <summary>Taken back while it was in the object's hands; the object is still to be told.</summary>
    TakenBack = 3,
    /// <summary>Not a part, but the message that tells the object to do what it has prepared.</summary>
    Commit = 4,
    /// <summary>Not a part, but the message that tells the object to forget what it may have prepared.</summary>
    Rollback = 5,
}
