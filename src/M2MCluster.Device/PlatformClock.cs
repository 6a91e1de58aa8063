namespace M2MCluster.Device;

/// <summary>
/// The platform's time, as a device knows it that asked for it, whatever its own clock says: only how fast that runs counts, and of that only as much as was not measured yet. Until it was asked once it is the device's own
/// time. Thread-safe.
/// </summary>
/// <param name="own">The device's own clock.</param>
/// <param name="drift">By how much of its time the device's clock may run wrong, 0 to 0.1; by default 100 parts in a million, as a cheap crystal in the cold.</param>
public sealed class PlatformClock(TimeProvider own, double drift = 100e-6) : TimeProvider
{
    // The platform tells its time in whole milliseconds, cut off.
    private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(0.5);

    // What was measured of the drift over a day holds for the next one; crystals age, and follow the weather.
    private static readonly TimeSpan Lasting = TimeSpan.FromDays(1);
    private const double Weather = 2e-6;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly double _drift = drift;
    private Mark? _best;
    private Mark? _first;
    private double _rate;
    private double _rateError = drift;

    /// <summary>Whether the platform was asked.</summary>
    public bool IsSet
    {
        get
        {
            lock (_lock) return _best is not null;
        }
    }

    /// <summary>By how much it may be wrong now, at most, if the way there takes as long as back in the worst case of all, and the device's clock does not drift by more than was said. Before it is set: for ever.</summary>
    public TimeSpan Accuracy
    {
        get
        {
            lock (_lock) return _best is { } best ? ErrorAt(best, own.GetTimestamp()) : TimeSpan.MaxValue;
        }
    }

    public override long TimestampFrequency => own.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => own.LocalTimeZone;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _best is { } best ? TimeAt(best, own.GetTimestamp()) : own.GetUtcNow();
    }

    public override long GetTimestamp() => own.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => own.CreateTimer(callback, state, dueTime, period);

    /// <summary>The platform answered what time it is. Of several answers the one that is known best counts: it took the shortest.</summary>
    /// <param name="asked">By <see cref="GetTimestamp"/>, before the question left.</param>
    /// <param name="answered">By <see cref="GetTimestamp"/>, after the answer came.</param>
    /// <param name="said">Some time between both.</param>
    public void Hear(long asked, long answered, DateTimeOffset said)
    {
        var way = own.GetElapsedTime(asked, answered) / 2;
        var heard = new Mark(asked + ((answered - asked) / 2), said + Half, way + Half);
        lock (_lock)
        {
            if (_best is not { } best || _first is not { } first || IsAnother(best, heard))
            {
                (_best, _first, _rate, _rateError) = (heard, heard, 0, _drift);
                return;
            }

            if (heard.Error > ErrorAt(best, heard.Timestamp)) return;
            Learn(first, heard);
            _best = heard;
        }
    }

    /// <summary>Waits until that moment by this clock; never ends early, and looks again where a timer does.</summary>
    public async Task UntilAsync(DateTimeOffset moment, CancellationToken cancellationToken = default)
    {
        while (moment - GetUtcNow() is { Ticks: > 0 } left)
        {
            // Of a long wait the drift may be learnt meanwhile.
            var rest = left < LongestWait ? left : LongestWait;
            await Task.Delay(rest < Shortest ? Shortest : rest, own, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The time that was told cannot be that of this clock: the platform's was set, or the device stood still.</summary>
    private bool IsAnother(Mark best, Mark heard) => (heard.Time - TimeAt(best, heard.Timestamp)).Duration() > heard.Error + ErrorAt(best, heard.Timestamp);

    private void Learn(Mark first, Mark heard)
    {
        var between = own.GetElapsedTime(first.Timestamp, heard.Timestamp);
        if (between <= TimeSpan.Zero) return;
        var error = ((first.Error + heard.Error) / between) + Weather;
        if (error < _rateError || between > Lasting)
        {
            _rate = Math.Clamp(((heard.Time - first.Time) / between) - 1, -_drift, _drift);
            _rateError = Math.Min(error, _drift);
        }

        if (between > Lasting) _first = heard;
    }

    private DateTimeOffset TimeAt(Mark mark, long timestamp) => mark.Time + (own.GetElapsedTime(mark.Timestamp, timestamp) * (1 + _rate));

    private TimeSpan ErrorAt(Mark mark, long timestamp) => mark.Error + (own.GetElapsedTime(mark.Timestamp, timestamp).Duration() * _rateError);

    /// <param name="Error">At most, either way.</param>
    private sealed record Mark(long Timestamp, DateTimeOffset Time, TimeSpan Error);
}
