using System.Diagnostics.Metrics;

namespace M2MCluster.Grains.Schedule;

internal sealed class ScheduleMetrics : IDisposable
{
    public const string MeterName = "M2MCluster.Schedule";

    private static readonly KeyValuePair<string, object?> ByRows = new("m2m.schedule.way", "rows");
    private static readonly KeyValuePair<string, object?> ByCall = new("m2m.schedule.way", "call");

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _lateness;
    private readonly Counter<long> _fired;
    private readonly Counter<long> _failed;

    public ScheduleMetrics()
    {
        _lateness = _meter.CreateHistogram<double>(
            "m2m.schedule.lateness", "s", "From the time at which something was due to the commit of what became of it",
            advice: new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600] });
        _fired = _meter.CreateCounter<long>("m2m.schedule.fired", "{time}", "Due times dealt with, by the rows of a sleeper or by a call of a grain");
        _failed = _meter.CreateCounter<long>("m2m.schedule.failed", "{time}", "Due times that could not be dealt with and are tried again");
    }

    /// <param name="lateness">Milliseconds.</param>
    public void Fired(long lateness, bool byRows)
    {
        _lateness.Record(Math.Max(0, lateness) / 1000d);
        _fired.Add(1, byRows ? ByRows : ByCall);
    }

    public void Failed(int count) => _failed.Add(count);

    public void Dispose() => _meter.Dispose();
}
