using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Events;
using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>
/// Sends one webhook's feed: in order for each object, objects independently of each other, each event until it is accepted. The feed's
/// acknowledgement follows, so that after a restart only what was under way is sent again.
/// </summary>
internal sealed partial class WebhookDispatcher(
    Subscription subscription, IFeedReader reader, Acknowledging acknowledging, FeedSignal signal, WebhookPost post, IQuietTimes quiet, TimeSpan longestBackOff, TimeProvider time, ILogger logger)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan AfterGone = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly WebhookLane[] _lanes = [.. Enumerable.Range(0, FeedCursor.Partitions).Select(_ => new WebhookLane())];
    private FeedCursor _acknowledged = FeedCursor.Start;
    private FeedCursor _read = FeedCursor.Start;

    /// <summary>Until cancelled, or storage fails; whoever runs it begins anew then.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _read = _acknowledged = await reader.AcknowledgedAsync(subscription.Feed, cancellation);
        var senders = new HashSet<Task>();
        try
        {
            while (true)
            {
                await signal.WaitAsync(cancellation);
                senders.RemoveWhere(sender => sender.IsCompleted);
                await AcknowledgeAsync(cancellation);
                while (await ReadAsync(cancellation) is { Count: > 0 } startable)
                {
                    foreach (var (lane, subject) in startable) senders.Add(SendAllAsync(lane, subject, ends.Token));
                }
            }
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(senders).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads on in the lanes that have room; returns the objects that have something to send and had not.</summary>
    private async ValueTask<List<(WebhookLane Lane, string Subject)>?> ReadAsync(CancellationToken cancellation)
    {
        var from = _read;
        lock (_gate)
        {
            // A lane without room is passed over by reading it from its end: the others go on.
            for (var i = 0; i < _lanes.Length; i++)
            {
                if (_lanes[i].IsFull) from = from.Past(new FeedPosition(i, long.MaxValue));
            }
        }

        var startable = new List<(WebhookLane, string)>();
        var batch = await reader.ReadAsync(subscription.Feed, from, BatchSize, cancellation);
        var taken = 0;
        lock (_gate)
        {
            foreach (var item in batch)
            {
                var lane = _lanes[item.Position.Partition];
                if (lane.IsFull) continue;
                taken++;
                _read = _read.Past(item.Position);
                if (lane.Add(item)) startable.Add((lane, item.Subject));
            }
        }

        return taken == 0 ? null : startable;
    }

    private async Task SendAllAsync(WebhookLane lane, string subject, CancellationToken cancellation)
    {
        var hasMore = true;
        while (hasMore)
        {
            FeedEvent item;
            lock (_gate) item = lane.Current(subject);
            await SendAsync(item, cancellation);
            lock (_gate) hasMore = lane.Complete(subject);
            signal.Set();
        }
    }

    private async Task SendAsync(FeedEvent item, CancellationToken cancellation)
    {
        await HoldAsync(item, cancellation);
        var cloudEvent = EventJson.Write(item);
        for (var failures = 1; ; failures++)
        {
            var answer = await post.SendAsync(subscription.Webhook!, cloudEvent, item.TraceParent, cancellation);
            if (answer.Accepted) return;
            var wait = BackOff.After(failures, longestBackOff);
            if (answer.RetryAfter is { } asked && asked > wait) wait = asked < AfterGone ? asked : AfterGone;
            if (answer.Gone) wait = AfterGone;
            LogRefused(subscription.Feed, failures, answer.What, wait.TotalSeconds);
            await Task.Delay(wait, time, cancellation);
        }
    }

    /// <summary>Until it is cheap, if the subscription can wait.</summary>
    private async ValueTask HoldAsync(FeedEvent item, CancellationToken cancellation)
    {
        if (subscription.Tolerance is not { Ticks: > 0 } tolerance) return;
        var now = time.GetUtcNow();
        var at = quiet.CheapestWithin(now, TimedId.TimeOf(item.Id) + tolerance, subscription.Feed);
        // Timers count by a coarser clock than the one that says what time it is, and may end before.
        for (; at > now; now = time.GetUtcNow()) await Task.Delay(at - now + TimeSpan.FromMilliseconds(1), time, cancellation);
    }

    private async ValueTask AcknowledgeAsync(CancellationToken cancellation)
    {
        FeedCursor cursor;
        lock (_gate)
        {
            cursor = _acknowledged;
            foreach (var lane in _lanes) cursor = lane.Acknowledge(cursor);
        }

        if (ReferenceEquals(cursor, _acknowledged)) return;
        await acknowledging.AcknowledgeAsync(subscription.Feed, cursor, cancellation);
        _acknowledged = cursor;
    }
}
