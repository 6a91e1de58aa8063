namespace M2MCluster.Client;

/// <summary>The last 4,096 ids: a feed repeats only what is recent.</summary>
internal sealed class RecentIds
{
    private const int Capacity = 4096;

    private readonly HashSet<string> _ids = [];
    private readonly Queue<string> _order = new();

    /// <summary>Whether the id is new.</summary>
    public bool Add(string id)
    {
        if (!_ids.Add(id)) return false;
        _order.Enqueue(id);
        if (_order.Count > Capacity) _ids.Remove(_order.Dequeue());
        return true;
    }
}
