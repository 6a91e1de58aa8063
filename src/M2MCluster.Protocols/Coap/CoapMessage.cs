namespace M2MCluster.Protocols.Coap;

/// <summary>
/// A CoAP message over UDP (RFC 7252 section 3). One that was decoded refers to the datagram it came from and must not outlive its
/// buffer. Type and message id of one that is to be sent are set by the message layer.
/// </summary>
public sealed class CoapMessage
{
    public CoapMessage()
    {
    }

    public CoapMessage(CoapCode code, ReadOnlyMemory<byte> payload = default)
    {
        Code = code;
        Payload = payload;
    }

    public CoapType Type { get; set; }

    public CoapCode Code { get; set; }

    public ushort MessageId { get; set; }

    public CoapToken Token { get; set; }

    public CoapOptions Options { get; } = new();

    /// <summary>Empty where the message has no payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }
}
