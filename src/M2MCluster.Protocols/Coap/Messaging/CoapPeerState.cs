namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>All that the layer knows of one peer; a node of the list of peers by last sign of life.</summary>
internal sealed class CoapPeerState<TPeer>(TPeer peer, ushort firstMessageId)
    where TPeer : notnull
{
    private const int SmallRing = 4;

    private CoapIncoming<TPeer>?[] _ring = [];
    private int _next;
    private ushort _nextMessageId = firstMessageId;

    public TPeer Peer { get; } = peer;

    public long LastSeen { get; set; }

    /// <summary>Sent and not over yet; a handful at most.</summary>
    public List<CoapOutgoing<TPeer>> Outstanding { get; } = [];

    /// <summary>Waiting for NSTART.</summary>
    public CoapSendQueue<TPeer> Queued { get; } = new();

    public ushort NextMessageId() => _nextMessageId++;

    public CoapIncoming<TPeer>? Find(ushort messageId, int fingerprint, long notBefore)
    {
        foreach (var incoming in _ring)
        {
            if (incoming is null || incoming.MessageId != messageId || incoming.Fingerprint != fingerprint || incoming.IsOpenAgain) continue;
            return incoming.ReceivedAt >= notBefore ? incoming : null;
        }

        return null;
    }

    /// <summary>Remembers one exchange, in the place of one that came before <paramref name="notBefore"/>, or of the oldest of <paramref name="limit"/>.</summary>
    public void Remember(CoapIncoming<TPeer> incoming, int limit, long notBefore)
    {
        if (_ring.Length < limit && (_ring.Length == 0 || _ring[_next]?.ReceivedAt >= notBefore)) Grow(limit);
        _ring[_next] = incoming;
        _next = (_next + 1) % _ring.Length;
    }

    public int CountAwaitingAcknowledgement()
    {
        var count = 0;
        foreach (var outgoing in Outstanding) count += outgoing.State == CoapOutgoingState.AwaitsAcknowledgement ? 1 : 0;
        return count;
    }

    public CoapOutgoing<TPeer>? FindById(ushort messageId, CoapOutgoingState? wanted)
    {
        foreach (var outgoing in Outstanding)
        {
            if (outgoing.Message.MessageId == messageId && (wanted is null || outgoing.State == wanted)) return outgoing;
        }

        return null;
    }

    public CoapOutgoing<TPeer>? FindByToken(CoapToken token)
    {
        foreach (var outgoing in Outstanding)
        {
            if (outgoing.Message.Code.IsRequest && outgoing.Message.Token == token) return outgoing;
        }

        return null;
    }

    private void Grow(int limit)
    {
        var grown = new CoapIncoming<TPeer>?[Math.Min(limit, Math.Max(SmallRing, _ring.Length * 2))];
        _ring.AsSpan(_next).CopyTo(grown);
        _ring.AsSpan(0, _next).CopyTo(grown.AsSpan(_ring.Length - _next));
        _next = _ring.Length;
        _ring = grown;
    }
}
