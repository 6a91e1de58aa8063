using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;

namespace M2MCluster.FrontDoor.Metering;

/// <summary>How events leave: watches and webhooks.</summary>
internal sealed class FeedMetrics : IDisposable
{
    public const string MeterName = "M2MCluster.FrontDoor";

    private readonly Meter _meter = new(MeterName);
    private readonly Level _watchers;
    private readonly CounterSet _posts;
    private readonly Histogram<double> _duration;

    public FeedMetrics()
    {
        _watchers = new Level(_meter, "m2m.feed.watchers", "{watcher}", "Watches and webhooks that follow a feed");
        _posts = new CounterSet(_meter, "m2m.webhook.posts", "{post}", "Posts to webhooks, by what the receiver said", ("result", ["accepted", "refused", "failed"]));
        _duration = _meter.CreateHistogram<double>(
            "m2m.webhook.duration", "s", "Time until a webhook's receiver answered, or the post failed",
            advice: new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    public void WatchBegan() => _watchers.Add(1);

    public void WatchEnded() => _watchers.Add(-1);

    /// <param name="answered">False: nobody did.</param>
    public void Posted(bool accepted, bool answered, TimeSpan duration)
    {
        _posts.Add(row: accepted ? 0 : answered ? 1 : 2);
        _duration.Record(duration.TotalSeconds);
    }

    public void Dispose() => _meter.Dispose();
}
