using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;

namespace M2MCluster.Grains.Schedule;

internal sealed class ScheduleMetrics : IDisposable
{
    public const string MeterName = "M2MCluster.Schedule";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _lateness;
    private readonly CounterSet _fired;
    private readonly CounterSet _failed;

    public ScheduleMetrics()
    {
        _lateness = _meter.CreateHistogram<double>(
            "m2m.schedule.lateness", "s", "From the time at which something was due to the commit of what became of it",
            advice: new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600] });
        _fired = new CounterSet(
            _meter, "m2m.schedule.fired", "{time}", "Due times dealt with, by the rows of a sleeper or by a call of a grain", ("m2m.schedule.way", ["rows", "call"]));
        _failed = new CounterSet(_meter, "m2m.schedule.failed", "{time}", "Due times that could not be dealt with and are tried again");
    }

    /// <param name="lateness">Milliseconds.</param>
    public void Fired(long lateness, bool byRows)
    {
        _lateness.Record(Math.Max(0, lateness) / 1000d);
        _fired.Add(row: byRows ? 0 : 1);
    }

    public void Failed(int count) => _failed.Add(count);

    public void Dispose() => _meter.Dispose();
}
