namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>Why a message that was sent came to nothing.</summary>
public enum CoapFailure
{
    /// <summary>No acknowledgement after the last retransmission: it may have arrived or not.</summary>
    NotAcknowledged,

    /// <summary>Acknowledged (or non-confirmable), but no response in time: it may have been acted upon.</summary>
    NoResponse,

    /// <summary>The peer answered with Reset: it has no context for the message.</summary>
    Reset,

    /// <summary>Never sent: the queue for the peer is full.</summary>
    Refused,

    /// <summary>The caller gave up, or the peer was forgotten.</summary>
    Cancelled,
}
