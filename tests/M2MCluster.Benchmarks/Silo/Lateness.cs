using System.Diagnostics.Metrics;
using System.Globalization;
using M2MCluster.Grains.Schedule;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>What the schedule's own metrics tell, in hundredths of a second.</summary>
internal sealed class Lateness : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly long[] _hundredths = new long[100_000];
    private long _count;
    private long _failed;
    private long _called;

    public Lateness()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ScheduleMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            Interlocked.Increment(ref _hundredths[Math.Min((int)(seconds * 100), _hundredths.Length - 1)]);
            Interlocked.Increment(ref _count);
        });
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "m2m.schedule.failed") Interlocked.Add(ref _failed, value);
            else if (tags[0].Value is "call") Interlocked.Add(ref _called, value);
        });
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);
    public long Failed => Interlocked.Read(ref _failed);
    public long Called => Interlocked.Read(ref _called);

    public void Dispose() => _listener.Dispose();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):f2} s, p99 {At(0.99):f2} s, max {At(1):f2} s");

    private double At(double share)
    {
        var wanted = (long)Math.Ceiling(_count * share);
        var at = 0;
        for (var seen = _hundredths[0]; seen < wanted; seen += _hundredths[at]) at++;
        return (at + 1) / 100d;
    }
}
