using M2MCluster.Contracts.Events;
using M2MCluster.FrontDoor.Metering;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Events;

/// <summary>
/// Tells this node's readers that their feeds grew: one observer for each feed, registered with its grain and renewed each 30 s, and a
/// slow poll for hints that were lost.
/// </summary>
internal sealed partial class FeedNews(IGrainFactory grains, FeedMetrics metrics, TimeProvider time, ILogger<FeedNews> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private const int PollsBetweenRenewals = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watch> _watches = [];

    /// <summary>Begins to listen. The signal is set at first, since there may be something to read already.</summary>
    public async ValueTask<FeedSignal> ListenAsync(string feed)
    {
        Watch watch;
        FeedSignal signal;
        var isFirst = false;
        lock (_gate)
        {
            if (!_watches.TryGetValue(feed, out watch!))
            {
                watch = new Watch();
                watch.Reference = grains.CreateObjectReference<IFeedObserver>(watch);
                _watches[feed] = watch;
                isFirst = true;
            }

            signal = new FeedSignal(ended => End(feed, watch, ended));
            watch.Add(signal);
        }

        metrics.WatchBegan();

        signal.Set();
        if (isFirst) await RenewAsync(feed, watch);
        return signal;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        for (var polls = 1; await timer.WaitForNextTickAsync(stoppingToken); polls++)
        {
            KeyValuePair<string, Watch>[] watches;
            lock (_gate) watches = [.. _watches];
            foreach (var (_, watch) in watches) watch.SetAll();
            if (polls % PollsBetweenRenewals == 0) await Task.WhenAll(watches.Select(watch => RenewAsync(watch.Key, watch.Value)));
        }
    }

    private void End(string feed, Watch watch, FeedSignal signal)
    {
        metrics.WatchEnded();
        lock (_gate)
        {
            if (!watch.Remove(signal)) return;
            _watches.Remove(feed);
        }

        _ = UnwatchAsync(feed, watch);
    }

    private async Task RenewAsync(string feed, Watch watch)
    {
        try
        {
            await grains.GetGrain<IFeedGrain>(feed).Watch(watch.Reference!);
        }
        catch (Exception failure)
        {
            // The poll reads on without hints.
            LogWatchFailed(failure, feed);
        }
    }

    private async Task UnwatchAsync(string feed, Watch watch)
    {
        try
        {
            await grains.GetGrain<IFeedGrain>(feed).Unwatch(watch.Reference!);
        }
        catch (Exception failure)
        {
            // The lease ends by itself.
            LogWatchFailed(failure, feed);
        }

        grains.DeleteObjectReference<IFeedObserver>(watch.Reference!);
    }

    private sealed class Watch : IFeedObserver
    {
        private readonly Lock _gate = new();
        private readonly HashSet<FeedSignal> _signals = [];

        public IFeedObserver? Reference { get; set; }

        public Task More()
        {
            SetAll();
            return Task.CompletedTask;
        }

        public void SetAll()
        {
            lock (_gate)
            {
                foreach (var signal in _signals) signal.Set();
            }
        }

        public void Add(FeedSignal signal)
        {
            lock (_gate) _signals.Add(signal);
        }

        /// <summary>Whether it was the last.</summary>
        public bool Remove(FeedSignal signal)
        {
            lock (_gate) return _signals.Remove(signal) && _signals.Count == 0;
        }
    }
}
