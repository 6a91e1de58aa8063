namespace M2MCluster.Contracts.Messages;

/// <summary>How a message ended; each message has exactly one, and it never changes.</summary>
public enum Outcome
{
    Sent = 1,
    Delivered = 2,
    Applied = 3,
    /// <summary>The device said error, or refused.</summary>
    Rejected = 4,
    Expired = 5,
    /// <summary>Pushed out of a full mailbox.</summary>
    Evicted = 6,
    /// <summary>Replaced by a later message with the same coalescing key.</summary>
    Superseded = 7,
    Cancelled = 8,
    /// <summary>No path, or the object is gone.</summary>
    Failed = 9,
    /// <summary>It may have arrived: sent over a bearer that cannot say.</summary>
    Unknown = 10,
}
