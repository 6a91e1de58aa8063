namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>The peers of which something is remembered, by name and by how long they have been silent.</summary>
/// <param name="most">One more displaces the one that was silent longest.</param>
/// <param name="random">For the first message id of each.</param>
/// <param name="forgotten">Told of each that is forgotten.</param>
internal sealed class CoapPeers<TPeer>(int most, Random random, Action<CoapPeerState<TPeer>> forgotten)
    where TPeer : notnull
{
    private readonly Dictionary<TPeer, LinkedListNode<CoapPeerState<TPeer>>> _byName = [];
    private readonly LinkedList<CoapPeerState<TPeer>> _bySilence = new();

    public int Count => _byName.Count;

    public CoapPeerState<TPeer>? Find(TPeer peer) => _byName.GetValueOrDefault(peer)?.Value;

    /// <summary>The peer, known or new, which is heard of or spoken to.</summary>
    public CoapPeerState<TPeer> Touch(TPeer peer, long now)
    {
        if (_byName.TryGetValue(peer, out var node))
        {
            _bySilence.Remove(node);
        }
        else
        {
            if (_byName.Count >= most && _bySilence.First is { } silent) Forget(silent.Value.Peer);
            node = new(new CoapPeerState<TPeer>(peer, (ushort)random.Next(ushort.MaxValue)));
            _byName.Add(peer, node);
        }

        _bySilence.AddLast(node);
        node.Value.LastSeen = now;
        return node.Value;
    }

    public void Forget(TPeer peer)
    {
        if (!_byName.Remove(peer, out var node)) return;
        _bySilence.Remove(node);
        forgotten(node.Value);
    }

    /// <summary>Forgets those that were last seen before then and with which nothing is under way.</summary>
    public void ForgetSilent(long before)
    {
        while (_bySilence.First is { Value: { Outstanding.Count: 0, Queued.Count: 0 } silent } && silent.LastSeen < before) Forget(silent.Peer);
    }
}
