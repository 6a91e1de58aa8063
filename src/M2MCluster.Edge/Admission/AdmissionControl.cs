using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Admission;

/// <summary>
/// Lets in as many requests at once as are answered in time, whatever the bottleneck is: storage, cold objects, processor. The limit grows by steps while requests are
/// answered within the target, and shrinks by a share while they are not (additive increase, multiplicative decrease). Newcomers, who cost a read of their object besides
/// the commit, get a part of it only, so that a crowd after a power cut (TS 102 689, 4.21) does not hold up those who are being served. Thread-safe.
/// </summary>
internal sealed class AdmissionControl
{
    /// <summary>So many are always let in at once: with fewer nothing could be measured.</summary>
    public const int Floor = 64;

    private const int FirstLimit = 2048;
    private const double Increase = 1.1;
    private const double Decrease = 0.8;
    private const double NewcomersShare = 0.75;
    private const double SlowestRate = 50;
    private const double FirstRate = 1000;
    private const double RateWeight = 0.3;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private readonly AdmissionOptions _options;
    private readonly AdmissionMetrics _metrics;
    private readonly TimeProvider _time;
    private double _limit;
    private int _inFlight;
    private bool _reached;
    private long _windowAt;
    private int _answered;
    private TimeSpan _delays;
    private double _rate = FirstRate;
    private long _nextPlaceAt;

    public AdmissionControl(IOptions<AdmissionOptions> options, AdmissionMetrics metrics, TimeProvider time)
    {
        _options = options.Value;
        _metrics = metrics;
        _time = time;
        _limit = Math.Min(FirstLimit, _options.MaxInFlight);
        _windowAt = _nextPlaceAt = time.GetTimestamp();
        metrics.Observe(() => Volatile.Read(ref _inFlight), () => (int)Volatile.Read(ref _limit));
    }

    /// <summary>False: turned away; <see cref="NextPlace"/> tells when to come again.</summary>
    /// <param name="isKnown">Whether the peer has been served before, on the same session.</param>
    /// <param name="entered">To be given to <see cref="Leave"/>.</param>
    public bool TryEnter(bool isKnown, out long entered)
    {
        entered = _time.GetTimestamp();
        lock (_gate)
        {
            Measure(entered);
            if (HasRoom(isKnown))
            {
                _inFlight++;
                return true;
            }
        }

        _metrics.TurnedAway(isKnown);
        return false;
    }

    /// <summary>Waits for a newcomer's turn, in the order of coming. False: cancelled before.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> turn;
        lock (_gate)
        {
            Measure(_time.GetTimestamp());
            if (_waiting.Count == 0 && HasRoom(isKnown: false))
            {
                _inFlight++;
                return true;
            }

            turn = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using var registration = cancellation.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetCanceled(), turn.Value);
        try
        {
            await turn.Value.Task;
            return true;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (turn.List is not null) _waiting.Remove(turn);
            }

            _metrics.TurnedAway(isKnown: false);
            return false;
        }
    }

    /// <summary>The request was answered, or given up.</summary>
    /// <param name="entered">When it began to be handled.</param>
    public void Leave(long entered)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            _inFlight--;
            _answered++;
            _delays += _time.GetElapsedTime(entered, now);
            Measure(now);
            while (_waiting.First is { } next && HasRoom(isKnown: false))
            {
                _waiting.RemoveFirst();
                if (next.Value.TrySetResult()) _inFlight++;
            }
        }
    }

    /// <summary>
    /// When somebody who is turned away now finds a place: each gets a later one, at the pace at which requests are being answered, so that a crowd does not come back as one.
    /// </summary>
    public TimeSpan NextPlace()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var soonest = now + Ticks(_options.RetryAfter);
            _nextPlaceAt = Math.Min(Math.Max(soonest, _nextPlaceAt + (long)(_time.TimestampFrequency / _rate)), now + Ticks(_options.LongestRetryAfter));
            return _time.GetElapsedTime(now, _nextPlaceAt);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private bool HasRoom(bool isKnown)
    {
        if (_inFlight < (isKnown ? _limit : _limit * NewcomersShare)) return true;
        _reached = true;
        return false;
    }

    private void Measure(long now)
    {
        var elapsed = _time.GetElapsedTime(_windowAt, now);
        if (elapsed < Window) return;
        // Nothing answered while something is under way is slow as well: it takes as long as that lasts.
        var delay = _answered > 0 ? _delays / _answered : _inFlight > 0 ? elapsed : TimeSpan.Zero;
        if (delay > _options.TargetDelay) _limit = Math.Max(Math.Min(Floor, _options.MaxInFlight), _limit * Decrease);
        else if (_reached && _answered > 0) _limit = Math.Min(_options.MaxInFlight, (_limit * Increase) + 1);
        // With room left, the pace is that of who comes, not of what could be served.
        var rate = _answered / elapsed.TotalSeconds;
        if (rate > _rate || _reached) _rate = Math.Max(SlowestRate, _rate + (RateWeight * (rate - _rate)));
        if (_answered == 0 && _inFlight > 0 && delay <= _options.TargetDelay) return;
        _windowAt = now;
        _answered = 0;
        _delays = TimeSpan.Zero;
        _reached = false;
    }
}
