using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;
using M2MCluster.Storage.Surveying;

namespace M2MCluster.Storage;

internal sealed class StorageMetrics : IDisposable
{
    public const string MeterName = "M2MCluster.Storage";

    private static readonly KeyValuePair<string, object?> Feed = new("kind", "feed");
    private static readonly KeyValuePair<string, object?> Webhook = new("kind", "webhook");

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly CounterSet _sets;
    private readonly CounterSet _failed;
    private readonly CounterSet _refused;
    private readonly CounterSet _events;
    private Survey? _survey;
    private int _isAvailable = 1;

    public StorageMetrics()
    {
        _duration = _meter.CreateHistogram<double>(
            "m2m.storage.commit.duration", "s", "Time of one transaction of the commit pipeline",
            advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
        _sets = new CounterSet(_meter, "m2m.storage.commit.sets", "{set}", "Write sets committed");
        _failed = new CounterSet(_meter, "m2m.storage.commit.failed", "{set}", "Write sets that failed with their transaction");
        _refused = new CounterSet(_meter, "m2m.storage.commit.refused", "{set}", "Write sets refused because the queue was full");
        _events = new CounterSet(_meter, "m2m.feed.events", "{event}", "Events written to feeds, one for each feed");
        _meter.CreateObservableGauge("m2m.storage.available", () => Volatile.Read(ref _isAvailable), "{database}", "1 while the database answers, else 0");
        _meter.CreateObservableGauge("m2m.fleet.objects", () => Of(survey => survey.Objects), "{object}", "Objects that exist");
        _meter.CreateObservableGauge("m2m.messages.waiting", () => Of(survey => survey.Waiting), "{message}", "Messages without an outcome");
        _meter.CreateObservableGauge("m2m.schedule.due", () => Of(survey => survey.Due), "{object}", "Due times that have passed and are not dealt with");
        _meter.CreateObservableGauge("m2m.schedule.overdue", () => Of(survey => survey.Overdue.TotalSeconds), "s", "How long ago the first of them passed");
        _meter.CreateObservableGauge("m2m.feed.lag", () => ByKind(survey => survey.FeedLag, survey => survey.WebhookLag), "{event}",
            "Events that are not acknowledged, of the feed with the most of them");
        _meter.CreateObservableGauge("m2m.feed.lag.age", () => ByKind(survey => survey.FeedAge.TotalSeconds, survey => survey.WebhookAge.TotalSeconds), "s",
            "Age of the oldest event that is not acknowledged");
    }

    public void Observe(Func<int> queued) =>
        _meter.CreateObservableGauge("m2m.storage.commit.queued", queued, "{set}", "Write sets that wait for a transaction");

    public void Committed(int sets, TimeSpan duration)
    {
        _duration.Record(duration.TotalSeconds);
        _sets.Add(sets);
    }

    public void Failed(int sets) => _failed.Add(sets);

    public void Refused() => _refused.Add();

    public void Published(int events) => _events.Add(events);

    public void Surveyed(Survey survey)
    {
        Volatile.Write(ref _survey, survey);
        Volatile.Write(ref _isAvailable, 1);
    }

    public void Unavailable() => Volatile.Write(ref _isAvailable, 0);

    public void Dispose() => _meter.Dispose();

    /// <summary>Nothing before the first survey.</summary>
    private IEnumerable<Measurement<T>> Of<T>(Func<Survey, T> value)
        where T : struct => Volatile.Read(ref _survey) is { } survey ? [new(value(survey))] : [];

    private IEnumerable<Measurement<T>> ByKind<T>(Func<Survey, T> feed, Func<Survey, T> webhook)
        where T : struct => Volatile.Read(ref _survey) is { } survey ? [new(feed(survey), Feed), new(webhook(survey), Webhook)] : [];
}
