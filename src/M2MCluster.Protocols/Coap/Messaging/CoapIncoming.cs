namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>A request that came in, until it is answered; afterwards the memory of its answer, for duplicates.</summary>
public sealed class CoapIncoming<TPeer>
{
    internal CoapIncoming(TPeer peer, CoapMessage request, int fingerprint, long receivedAt)
    {
        Peer = peer;
        Request = request;
        MessageId = request.MessageId;
        IsConfirmable = request.Type == CoapType.Confirmable;
        Fingerprint = fingerprint;
        ReceivedAt = receivedAt;
    }

    public TPeer Peer { get; }

    /// <summary>The request; null after the answer, so that remembering the answer does not keep the payload alive.</summary>
    public CoapMessage? Request { get; internal set; }

    public bool IsConfirmable { get; }

    /// <summary>Whether an empty acknowledgement has been sent, so that the response goes separately.</summary>
    public bool IsAcknowledged { get; internal set; }

    public long ReceivedAt { get; }

    /// <summary>
    /// Whether the answer was to come later (5.03, 4.29): it is not remembered, so that the same message sent again is another try and not told the same for the
    /// whole exchange lifetime. Section 4.2 of RFC 7252 allows it where doing a request twice does no harm.
    /// </summary>
    internal bool IsOpenAgain { get; set; }

    internal ushort MessageId { get; }

    /// <summary>Of the whole datagram: another message under the same id is no duplicate (a peer that restarted its counter).</summary>
    internal int Fingerprint { get; }

    /// <summary>What a duplicate is answered with; null while nothing has been sent.</summary>
    internal byte[]? Answer { get; set; }
}
