using System.Threading.Tasks.Sources;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Bulk;
using M2MCluster.Storage.Sweeping;

namespace M2MCluster.Storage.Commit;

/// <summary>A write set, a bulk set, an acknowledgement, or a deletion, on its way to disk; the caller awaits it.</summary>
internal sealed class CommitEntry : IValueTaskSource
{
    // Asynchronously: what a caller does next must not hold up the thread that writes.
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    public CommitEntry(WriteSet set, Bodies bodies)
    {
        Set = set;
        Messages = bodies.Rows(set);
        if (set.Description is { } description) Description = bodies.Write(description);
        if (set.Application is { } application) Application = bodies.Write(application);
        if (set.Group is { } group) Group = bodies.Write(group);
        if (set.ReportTask is { } task) ReportTask = bodies.Write(task);
        if (set.Subscriptions.Count > 0)
            Subscriptions = [.. set.Subscriptions.Select(write => write.Removed ? [] : bodies.Write(write.Subscription))];
    }

    public CommitEntry(BulkSet set, BulkRows rows) => (Bulk, BulkRows) = (set, rows);

    public CommitEntry(Acknowledgement acknowledgement) => Acknowledgement = acknowledgement;

    public CommitEntry(Sweep sweep) => Sweep = sweep;

    public WriteSet? Set { get; }
    public BulkSet? Bulk { get; }
    public BulkRows? BulkRows { get; }
    public Acknowledgement? Acknowledgement { get; }
    public Sweep? Sweep { get; }
    public MessageRow[] Messages { get; } = [];
    public byte[]? Description { get; }
    public byte[]? Application { get; }
    public byte[]? Group { get; }
    public byte[]? ReportTask { get; }

    /// <summary>Bodies of the set's subscriptions, one each; empty for those removed.</summary>
    public byte[][] Subscriptions { get; } = [];

    /// <summary>Why the entry was refused; null if it is committed with its batch.</summary>
    public Exception? Refusal { get; set; }

    public ValueTask Completion => new(this, _source.Version);

    public void Complete()
    {
        if (Refusal is { } refusal) _source.SetException(refusal);
        else _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
