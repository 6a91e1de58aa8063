namespace M2MCluster.Storage.Commit;

/// <summary>
/// When the next transaction begins. A transaction costs the node and the server half a millisecond of processor time each, whatever is in it, as
/// much as thirty sets: while many come in, it is worth waiting some milliseconds for more of them. While few come, nobody waits.
/// </summary>
/// <param name="most">Sets that a transaction takes, or the queue holds, at most.</param>
internal sealed class Gathering(int most, TimeProvider time) : IDisposable
{
    /// <summary>Sets that are not made to wait for more.</summary>
    public const int Enough = 128;

    // Sets a millisecond: fewer would not pay for the wait.
    private const double Busy = 3;
    private const int SliceMilliseconds = 1;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(8);

    // A queue that is nearly full refuses what comes.
    private readonly int _target = Math.Min(Enough, most / 2);
    private readonly AutoResetEvent _enough = new(false);
    private volatile bool _isOn;

    // Of the committing thread only.
    private double _pace;
    private long _takenAt;

    /// <summary>Waits, with so many waiting already, as long as sets keep coming in and are not enough; of the committing thread.</summary>
    public void Wait(Func<int> waiting)
    {
        if (_pace < Busy) return;
        var start = time.GetTimestamp();
        _isOn = true;
        for (int before, now = waiting(); now < _target && time.GetElapsedTime(start) < Longest;)
        {
            before = now;
            // By the machine's own clock, since it is the machine that is spared.
            _enough.WaitOne(SliceMilliseconds);
            now = waiting();
            if (now - before < Busy * SliceMilliseconds) break;
        }

        _isOn = false;
    }

    /// <summary>A set has come in, and so many wait now; of any thread.</summary>
    public void Came(Func<int> waiting)
    {
        if (_isOn && waiting() >= _target) _enough.Set();
    }

    /// <summary>So many go into a transaction that begins now; of the committing thread.</summary>
    public void Took(int sets)
    {
        var now = time.GetTimestamp();
        _pace = sets / time.GetElapsedTime(_takenAt, now).TotalMilliseconds;
        _takenAt = now;
    }

    public void Dispose() => _enough.Dispose();
}
