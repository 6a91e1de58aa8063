namespace M2MCluster.Contracts.Sessions;

/// <summary>What an object makes of a delivery receipt.</summary>
public enum ReceiptStanding
{
    /// <summary>Taken, now or before.</summary>
    Recorded = 0,

    /// <summary>A message is under way whose reference is not known yet: the receipt is to be told again.</summary>
    Early = 1,

    /// <summary>No message that waits was given this reference.</summary>
    Foreign = 2,
}
