using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Bulk;
using M2MCluster.Storage.Sweeping;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Storage.Commit;

/// <summary>
/// One writer on a thread of its own, so that a starved thread pool does not stop commits. It takes whatever came in while the last
/// batch was in flight and waits for nothing more: waiting makes larger batches and fewer commits a second.
/// </summary>
internal sealed partial class CommitPipeline(
    IBatchWriter writer, Bodies bodies, Inbox inbox, IFeedHints hints, IDueHints dueHints, StorageOptions options, StorageMetrics metrics, TimeProvider time,
    ILogger<CommitPipeline> log) : ICommitPipeline, IDisposable
{
    private readonly CommitQueue _queue = new(options.QueueBound, options.BatchSize);
    private Thread? _thread;
    private long _failures;

    // Of the committing thread only.
    private bool _isAway;

    /// <summary>Transactions that failed as a whole since the start: the database was away, or had no room.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Entries that wait for a transaction.</summary>
    public int Queued => _queue.Count;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "m2m commit" };
        _thread.Start();
        metrics.Observe(() => _queue.Count);
    }

    public ValueTask CommitAsync(WriteSet set) => Add(new(set, bodies));

    /// <summary>Only SQLite's writer takes these.</summary>
    /// <exception cref="BulkConflictException">Something of it is there already.</exception>
    public ValueTask CommitAsync(BulkSet set, BulkRows rows) => Add(new(set, rows));

    public ValueTask AcknowledgeAsync(string feed, FeedCursor cursor) => Add(new(new Acknowledgement(feed, cursor)));

    public ValueTask SweepAsync(Sweep sweep) => Add(new(sweep));

    /// <summary>Commits what waits, refuses what comes later, and ends.</summary>
    public void Dispose()
    {
        _queue.Close();
        _thread?.Join();
        writer.Dispose();
    }

    private ValueTask Add(CommitEntry entry)
    {
        if (_queue.TryAdd(entry)) return entry.Completion;
        metrics.Refused();
        throw new M2MException(ErrorCode.Unavailable, "storage cannot take more at the moment");
    }

    private void Run()
    {
        while (_queue.Take() is { } batch)
        {
            Write(batch);
            // Handed over, so that the next transaction begins at once.
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Pipeline.Finish(work.Batch), (Pipeline: this, Batch: batch), preferLocal: false);
        }
    }

    private void Write(List<CommitEntry> batch)
    {
        var start = time.GetTimestamp();
        try
        {
            writer.Write(batch);
            metrics.Committed(batch.Count, time.GetElapsedTime(start));
            _isAway = false;
        }
        catch (Exception failure) when (failure is IOException or DbException or TimeoutException or M2MException)
        {
            // While storage is away there are many batches, and all fail alike.
            if (_isAway) LogFailedAgain(batch.Count, failure.Message);
            else LogFailed(batch.Count, failure);
            _isAway = true;
            metrics.Failed(batch.Count);
            Interlocked.Increment(ref _failures);
            foreach (var entry in batch) entry.Refusal = new M2MException(ErrorCode.Unavailable, "storage is not available");
        }
        catch (Exception refused) when (batch.Count == 1)
        {
            LogRefused(refused);
            batch[0].Refusal = new M2MException(ErrorCode.Internal, "storage refused a row");
        }
        catch (Exception)
        {
            // One of them spoils the transaction; alone, each stands or falls by itself.
            foreach (var entry in batch)
            {
                entry.Refusal = null;
                Write([entry]);
            }
        }
    }

    private void Finish(List<CommitEntry> batch)
    {
        HashSet<string>? feeds = null;
        List<DueTime>? armed = null;
        var events = 0;
        foreach (var entry in batch)
        {
            if (entry is not { Refusal: null, Set: { } set }) continue;
            foreach (var objectId in set.Inboxes) inbox.Tell(objectId);
            if (set.Arm.Count > 0) (armed ??= []).AddRange(set.Arm);
            foreach (var written in set.Events)
            {
                events += written.Feeds.Count;
                (feeds ??= []).UnionWith(written.Feeds);
            }
        }

        if (events > 0) metrics.Published(events);
        if (armed is not null) dueHints.Armed(armed);
        foreach (var feed in feeds ?? [])
        {
            try
            {
                hints.Published(feed);
            }
            catch (Exception failure)
            {
                LogHint(failure);
            }
        }

        foreach (var entry in batch) entry.Complete();
    }
}
