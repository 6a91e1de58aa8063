using System.Diagnostics.Metrics;

namespace M2MCluster.Contracts.Metering;

/// <summary>A number of things that come and go, which is there from the start, at zero. Thread-safe.</summary>
public sealed class Level
{
    private long _value;

    public Level(Meter meter, string name, string unit, string description)
    {
        ArgumentNullException.ThrowIfNull(meter);
        meter.CreateObservableUpDownCounter(name, () => Interlocked.Read(ref _value), unit, description);
    }

    public void Add(long change) => Interlocked.Add(ref _value, change);
}
