namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>
/// What the message layer tells its owner, from within the call that caused it and on the same thread. An implementation may call
/// <see cref="CoapMessageLayer{TPeer}.Reply"/> and <see cref="CoapMessageLayer{TPeer}.Send"/> from here.
/// </summary>
public interface ICoapLayerEvents<TPeer>
    where TPeer : notnull
{
    /// <summary>Send this datagram. It is not changed afterwards.</summary>
    void Transmit(TPeer peer, ReadOnlyMemory<byte> datagram);

    /// <summary>A request, once; duplicates are answered by the layer.</summary>
    void RequestReceived(CoapIncoming<TPeer> incoming);

    /// <summary>The response to a request; the exchange is over.</summary>
    void ResponseReceived(CoapOutgoing<TPeer> outgoing, CoapMessage response);

    /// <summary>A confirmable message that is no request reached the peer; the exchange is over.</summary>
    void Acknowledged(CoapOutgoing<TPeer> outgoing);

    /// <summary>The exchange is over without success.</summary>
    void Failed(CoapOutgoing<TPeer> outgoing, CoapFailure failure);

    /// <summary>
    /// Whether a separate response with the request's token is the one to it. False: it is acknowledged and passed over, and the request goes on; for owners that give
    /// several requests one token, and tell the responses by what is in them.
    /// </summary>
    bool Awaits(CoapOutgoing<TPeer> outgoing, CoapMessage response) => true;
}
