namespace M2MCluster.Contracts.Messages;

public enum ResultReceipt
{
    /// <summary>Taken, and on disk.</summary>
    Recorded = 0,
    /// <summary>The same result was taken before.</summary>
    Repeated = 1,
    /// <summary>The message ended otherwise before; nothing changed.</summary>
    Conflict = 2,
    /// <summary>No such message for this object.</summary>
    Unknown = 3,
}
