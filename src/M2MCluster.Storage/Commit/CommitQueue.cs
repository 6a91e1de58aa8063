using System.Threading.Channels;

namespace M2MCluster.Storage.Commit;

/// <summary>What waits for a transaction: bounded, many producers, one consumer.</summary>
internal sealed class CommitQueue(int bound, int batchSize)
{
    private readonly Channel<CommitEntry> _channel = Channel.CreateBounded<CommitEntry>(
        new BoundedChannelOptions(bound) { SingleReader = true });

    private readonly HashSet<(string Kind, string Key)> _keys = [];
    private List<CommitEntry> _held = [];

    public int Count => _channel.Reader.Count;

    /// <summary>False: full, or closed.</summary>
    public bool TryAdd(CommitEntry entry) => _channel.Writer.TryWrite(entry);

    public void Close() => _channel.Writer.TryComplete();

    /// <summary>
    /// Waits for an entry and takes it with all that came in meanwhile, in order, up to the batch size; of several for one state row
    /// only the first, the others come with the next batches. Null: closed and empty.
    /// </summary>
    public List<CommitEntry>? Take()
    {
        var batch = new List<CommitEntry>();
        _keys.Clear();
        var held = _held;
        _held = [];
        foreach (var entry in held) Place(entry, batch);
        while (batch.Count < batchSize && _held.Count < batchSize)
        {
            if (_channel.Reader.TryRead(out var entry)) Place(entry, batch);
            else if (batch.Count > 0) break;
            else if (!WaitForMore()) return null;
        }

        return batch;
    }

    private bool WaitForMore() => _channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Place(CommitEntry entry, List<CommitEntry> batch)
    {
        if (entry.Set is { } set && !_keys.Add((set.State.Kind, set.State.Key))) _held.Add(entry);
        else batch.Add(entry);
    }
}
