namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// Watches that a client is heard of within one and a half times its keep-alive (section 3.1.2.10). While reading is paused on this side, silence is not the client's.
/// The timer is not moved by each packet: it looks, when it fires, at when the last one came.
/// </summary>
internal sealed class MqttKeepAlive : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly Action _expired;
    private readonly ITimer? _timer;
    private long _heard;
    private volatile bool _paused;

    /// <param name="seconds">Zero: the client wants none.</param>
    public MqttKeepAlive(TimeProvider time, int seconds, Action expired)
    {
        _time = time;
        _limit = TimeSpan.FromSeconds(seconds * 1.5);
        _expired = expired;
        _heard = time.GetTimestamp();
        if (seconds > 0) _timer = time.CreateTimer(static state => ((MqttKeepAlive)state!).Look(), this, _limit, Timeout.InfiniteTimeSpan);
    }

    public void Heard() => Volatile.Write(ref _heard, _time.GetTimestamp());

    public void Pause() => _paused = true;

    public void Resume()
    {
        Heard();
        _paused = false;
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        var left = _paused ? _limit : _limit - _time.GetElapsedTime(Volatile.Read(ref _heard));
        if (left <= TimeSpan.Zero) _expired();
        else _timer!.Change(left, Timeout.InfiniteTimeSpan);
    }
}
