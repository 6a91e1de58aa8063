using HdrHistogram;
using M2MCluster.Cli.Load;
using M2MCluster.Device;

namespace M2MCluster.Cli.Storm;

/// <summary>What became of one kind of devices. Thread-safe.</summary>
internal sealed class StormCount
{
    private readonly Lock _gate = new();
    private readonly LongHistogram _delays = Latency.NewHistogram();

    public long TurnedAway { get; private set; }

    public long Unanswered { get; private set; }

    public long Refused { get; private set; }

    public long Served
    {
        get
        {
            lock (_gate) return _delays.TotalCount;
        }
    }

    public void Serve(TimeSpan after)
    {
        lock (_gate) _delays.RecordValue(Latency.Bounded((long)after.TotalMicroseconds));
    }

    public void Fail(DeviceException failure)
    {
        lock (_gate)
        {
            if (failure.Failure == DeviceFailure.Busy) TurnedAway++;
            else if (failure.IsTransient) Unanswered++;
            else Refused++;
        }
    }

    /// <summary>Seconds; 0 where there is none.</summary>
    public double Percentile(double percentile)
    {
        lock (_gate) return _delays.TotalCount == 0 ? 0 : _delays.GetValueAtPercentile(percentile) / 1e6;
    }
}
