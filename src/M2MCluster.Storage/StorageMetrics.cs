using System.Diagnostics.Metrics;

namespace M2MCluster.Storage;

internal sealed class StorageMetrics : IDisposable
{
    public const string MeterName = "M2MCluster.Storage";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _sets;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _refused;

    public StorageMetrics()
    {
        _duration = _meter.CreateHistogram<double>(
            "m2m.storage.commit.duration", "s", "Time of one transaction of the commit pipeline",
            advice: new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
        _sets = _meter.CreateCounter<long>("m2m.storage.commit.sets", "{set}", "Write sets committed");
        _failed = _meter.CreateCounter<long>("m2m.storage.commit.failed", "{set}", "Write sets that failed with their transaction");
        _refused = _meter.CreateCounter<long>("m2m.storage.commit.refused", "{set}", "Write sets refused because the queue was full");
    }

    public void Observe(Func<int> queued) =>
        _meter.CreateObservableGauge("m2m.storage.commit.queued", queued, "{set}", "Write sets that wait for a transaction");

    public void Committed(int sets, TimeSpan duration)
    {
        _duration.Record(duration.TotalSeconds);
        _sets.Add(sets);
    }

    public void Failed(int sets) => _failed.Add(sets);

    public void Refused() => _refused.Add(1);

    public void Dispose() => _meter.Dispose();
}
