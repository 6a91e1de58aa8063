namespace M2MCluster.Device.Tests;

/// <summary>Fires its timers too early, as those that count ticks of a coarse clock do.</summary>
internal sealed class EarlyTimers(TimeProvider time, TimeSpan early) : TimeProvider
{
    private long _asked;

    /// <summary>What was asked of the last that was set.</summary>
    public TimeSpan Asked => new(Volatile.Read(ref _asked));

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override long TimestampFrequency => time.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = time.CreateTimer(callback, state, dueTime > early ? dueTime - early : dueTime, period);
        Volatile.Write(ref _asked, dueTime.Ticks);
        return timer;
    }
}
