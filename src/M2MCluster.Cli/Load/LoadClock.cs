namespace M2MCluster.Cli.Load;

/// <summary>The run's clock: ticks since its start.</summary>
internal sealed class LoadClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => time.GetTimestamp() - _start;

    public long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    public double Seconds(long ticks) => (double)ticks / time.TimestampFrequency;

    public long Microseconds(long ticks) => (long)(ticks * 1_000_000.0 / time.TimestampFrequency);
}
