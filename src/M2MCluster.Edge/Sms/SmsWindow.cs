namespace M2MCluster.Edge.Sms;

/// <summary>
/// How many submissions may be without a response. An SMSC that says that it is too much (0x58, 0x14) halves the window and gets a pause, each time twice as long;
/// each window that passes without widens it by one again. Thread-safe.
/// </summary>
internal sealed class SmsWindow : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private readonly int _size;
    private readonly TimeSpan _longestPause;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private TimeSpan _pause = TimeSpan.Zero;
    private ITimer? _resume;
    private bool _paused;
    private int _allowed;
    private int _open;
    private int _passed;

    public SmsWindow(int size, TimeSpan longestPause, TimeProvider time)
    {
        _size = _allowed = size;
        _longestPause = longestPause;
        _time = time;
    }

    /// <summary>How many may be without a response now.</summary>
    public int Allowed
    {
        get
        {
            lock (_lock) return _allowed;
        }
    }

    /// <summary>Waits for a place, which <see cref="Leave"/> gives back.</summary>
    /// <exception cref="OperationCanceledException"/>
    public async ValueTask EnterAsync(CancellationToken cancellation)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (!_paused && _open < _allowed && _waiting.Count == 0)
            {
                _open++;
                return;
            }

            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await place.Value.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                if (place.List is not null) _waiting.Remove(place);
                else Give();
            }

            throw;
        }
    }

    /// <param name="throttled">The SMSC said that it was too much.</param>
    public void Leave(bool throttled)
    {
        lock (_lock)
        {
            if (throttled) Shrink();
            else if (++_passed >= _allowed)
            {
                _passed = 0;
                _pause = TimeSpan.Zero;
                _allowed = Math.Min(_size, _allowed + 1);
            }

            Give();
        }
    }

    public void Dispose()
    {
        lock (_lock) _resume?.Dispose();
    }

    private void Shrink()
    {
        _passed = 0;
        // What was under way when the first of them was refused is refused too, and is no news.
        if (_paused) return;
        _allowed = Math.Max(1, _allowed / 2);
        _pause = TimeSpan.FromTicks(Math.Clamp(_pause.Ticks * 2, Math.Min(FirstPause.Ticks, _longestPause.Ticks), _longestPause.Ticks));
        _paused = true;
        _resume?.Dispose();
        _resume = _time.CreateTimer(_ => Resume(), null, _pause * (0.5 + (Random.Shared.NextDouble() / 2)), Timeout.InfiniteTimeSpan);
    }

    private void Resume()
    {
        lock (_lock)
        {
            _paused = false;
            Admit();
        }
    }

    private void Give()
    {
        _open--;
        Admit();
    }

    private void Admit()
    {
        while (!_paused && _open < _allowed && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _open++;
            first.Value.SetResult();
        }
    }
}
