namespace M2MCluster.Protocols.Smpp;

/// <summary>message_state (SMPP 3.4, section 5.2.28). Final are <c>Delivered</c> and those that say that it never will be.</summary>
public enum SmppMessageState
{
    None = 0,
    EnRoute = 1,
    Delivered = 2,
    Expired = 3,
    Deleted = 4,
    Undeliverable = 5,

    /// <summary>In some networks read by an operator's staff and so final, in most the SMSC's word that it has the message: taken as not final.</summary>
    Accepted = 6,
    Unknown = 7,
    Rejected = 8,
}
