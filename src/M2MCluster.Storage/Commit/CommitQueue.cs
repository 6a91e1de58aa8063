using System.Threading.Channels;

namespace M2MCluster.Storage.Commit;

/// <summary>What waits for a transaction: bounded, many producers, one consumer.</summary>
internal sealed class CommitQueue : IDisposable
{
    private readonly int _batchSize;
    private readonly Channel<CommitEntry> _channel;
    private readonly Gathering _gathering;
    private readonly Func<int> _waiting;
    private readonly HashSet<(string Kind, string Key)> _keys = [];
    private List<CommitEntry> _held = [];

    /// <param name="gather">How long the next transaction may wait for more.</param>
    public CommitQueue(int bound, int batchSize, TimeSpan gather, TimeProvider time)
    {
        _batchSize = batchSize;
        _channel = Channel.CreateBounded<CommitEntry>(new BoundedChannelOptions(bound) { SingleReader = true });
        _gathering = new(gather, Math.Min(bound, batchSize), time);
        _waiting = () => _channel.Reader.Count;
    }

    public int Count => _channel.Reader.Count;

    /// <summary>False: full, or closed.</summary>
    public bool TryAdd(CommitEntry entry)
    {
        if (!_channel.Writer.TryWrite(entry)) return false;
        _gathering.Came(_waiting);
        return true;
    }

    public void Close() => _channel.Writer.TryComplete();

    /// <summary>
    /// Waits for an entry and takes it with all that came in meanwhile, in order, up to the batch size; while many come in, it may wait for
    /// more. Of several for one state row only the first, the others come with the next batches. Null: closed and empty.
    /// </summary>
    public List<CommitEntry>? Take()
    {
        _gathering.Wait(_waiting);
        var batch = new List<CommitEntry>();
        _keys.Clear();
        var held = _held;
        _held = [];
        foreach (var entry in held) Place(entry, batch);
        while (batch.Count < _batchSize && _held.Count < _batchSize)
        {
            if (_channel.Reader.TryRead(out var entry)) Place(entry, batch);
            else if (batch.Count > 0) break;
            else if (!WaitForMore()) return null;
        }

        _gathering.Took(batch.Count);
        return batch;
    }

    public void Dispose() => _gathering.Dispose();

    private bool WaitForMore() => _channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult();

    private void Place(CommitEntry entry, List<CommitEntry> batch)
    {
        if (entry.Set is { } set && !_keys.Add((set.State.Kind, set.State.Key))) _held.Add(entry);
        else batch.Add(entry);
    }
}
