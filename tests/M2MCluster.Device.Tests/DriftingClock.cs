using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Device.Tests;

/// <summary>A device's clock that was set wrong, and runs too fast or too slow.</summary>
internal sealed class DriftingClock(FakeTimeProvider right, TimeSpan off, double rate) : TimeProvider
{
    private readonly long _start = right.GetTimestamp();

    public override long TimestampFrequency => right.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + off + (right.GetElapsedTime(_start) * rate);

    public override long GetTimestamp() => right.GetTimestamp() + (long)((right.GetTimestamp() - _start) * rate);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => right.CreateTimer(callback, state, dueTime, period);
}
