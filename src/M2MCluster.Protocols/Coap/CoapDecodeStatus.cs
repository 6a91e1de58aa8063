namespace M2MCluster.Protocols.Coap;

/// <summary>What became of a datagram.</summary>
public enum CoapDecodeStatus
{
    Ok,

    /// <summary>No CoAP header of version 1: to be ignored without an answer (RFC 7252 section 3).</summary>
    Ignored,

    /// <summary>A header, but a message format error after it: a confirmable message is rejected with Reset, any other is ignored.</summary>
    Malformed,
}
