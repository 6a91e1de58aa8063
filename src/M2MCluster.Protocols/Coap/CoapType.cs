namespace M2MCluster.Protocols.Coap;

/// <summary>The type of a CoAP message (RFC 7252 section 3); the numbers are those on the wire.</summary>
public enum CoapType
{
    Confirmable = 0,
    NonConfirmable = 1,
    Acknowledgement = 2,
    Reset = 3,
}
