namespace M2MCluster.Storage.Commit;

/// <summary>
/// Whether the next transaction waits for more sets. A transaction on PostgreSQL costs the node and the server half a millisecond of processor time each,
/// whatever is in it: as much as thirty sets. While few come in, nobody waits.
/// </summary>
/// <param name="longest">How long, at most; zero: never.</param>
/// <param name="most">Sets that a transaction takes, or the queue holds, at most.</param>
internal sealed class Gathering(TimeSpan longest, int most, TimeProvider time) : IDisposable
{
    /// <summary>Sets that are not made to wait for more.</summary>
    public const int Enough = 128;

    // Sets a millisecond: from which on it is tried, and below which it is given up. Sixteen callers that wait for each other are below the first.
    private const double Busy = 10;
    private const int Trickle = 3;
    private const int SliceMilliseconds = 1;

    // A queue that is nearly full refuses what comes.
    private readonly int _target = Math.Min(Enough, most / 2);
    private readonly AutoResetEvent _enough = new(false);
    private volatile bool _isOn;

    // Of the committing thread only.
    private double _pace;
    private long _takenAt;

    /// <summary>Waits as long as sets keep coming in and are not enough; of the committing thread.</summary>
    /// <param name="waiting">Tells how many wait now.</param>
    public void Wait(Func<int> waiting)
    {
        if (longest == TimeSpan.Zero || _pace < Busy) return;
        var start = time.GetTimestamp();
        _isOn = true;
        for (var now = waiting(); now < _target && time.GetElapsedTime(start) < longest;)
        {
            var before = now;
            // By the machine's own clock, since it is the machine that is spared.
            _enough.WaitOne(SliceMilliseconds);
            now = waiting();
            if (now - before < Trickle * SliceMilliseconds) break;
        }

        _isOn = false;
    }

    /// <summary>A set has come in; of any thread.</summary>
    /// <param name="waiting">Tells how many wait now.</param>
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
