namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>What waits for NSTART to one peer: the highest priority first, then what came first. Bounded by its owner; a few at most, so that a list does.</summary>
internal sealed class CoapSendQueue<TPeer>
{
    private readonly List<CoapOutgoing<TPeer>> _items = [];

    public int Count => _items.Count;

    public IReadOnlyList<CoapOutgoing<TPeer>> InOrder => _items;

    public void Add(CoapOutgoing<TPeer> outgoing)
    {
        var place = _items.Count;
        while (place > 0 && _items[place - 1].Priority < outgoing.Priority) place--;
        _items.Insert(place, outgoing);
    }

    /// <summary>What goes next; null if nothing waits.</summary>
    public CoapOutgoing<TPeer>? Take() => TakeAt(0);

    /// <summary>What would go last, if it is of lower priority than this one; null if it is not.</summary>
    public CoapOutgoing<TPeer>? TakeLastBelow(int priority) => _items.Count > 0 && _items[^1].Priority < priority ? TakeAt(_items.Count - 1) : null;

    public void Clear() => _items.Clear();

    private CoapOutgoing<TPeer>? TakeAt(int place)
    {
        if (place >= _items.Count) return null;
        var taken = _items[place];
        _items.RemoveAt(place);
        return taken;
    }
}
