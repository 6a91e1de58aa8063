namespace M2MCluster.Contracts.Sessions;

/// <summary>How a delivery receipt says that it stands.</summary>
public enum ReceiptState
{
    /// <summary>Not ended yet.</summary>
    OnItsWay = 0,
    Delivered = 1,

    /// <summary>The service has given up, and another try may succeed.</summary>
    Expired = 2,

    /// <summary>It will never arrive this way.</summary>
    Undeliverable = 3,

    /// <summary>The service does not know, and will not say more.</summary>
    Unknown = 4,
}
