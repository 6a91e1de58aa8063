using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Schedule;

/// <summary>
/// The next due times of one shard, read ahead of time and held in memory, the earliest first; bounded. What is armed after the window was
/// read is told by hints, and hints that were lost are found by the next look at the whole window.
/// </summary>
internal sealed class DueWindow(int shard, IStateReader states)
{
    /// <summary>How far ahead the shard is read.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    /// <summary>How often all of the window is read again: so late is what a lost hint told of, at most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    public const int Bound = 16_384;
    private const int PageSize = 2048;

    // Of what cannot be dealt with so many wait here for their next try; more are found by the next look.
    private const int MostRetries = 1024;

    private readonly PriorityQueue<DueTime, long> _queue = new();

    // What is in the queue, or being dealt with.
    private readonly HashSet<DueTime> _known = [];
    private readonly HashSet<DueTime> _retries = [];

    // Beyond these nothing is known to be in memory: the window's end, and if it was not read to its end, how far.
    private long _end;
    private DueTime? _readTo;
    private long _nextLook;

    public int Count => _known.Count;

    /// <summary>Unix milliseconds at which there is something to do.</summary>
    public long Next => Math.Min(_queue.TryPeek(out _, out var at) ? at : long.MaxValue, _readTo is not null && HasRoom ? 0 : _nextLook);

    private bool HasRoom => _known.Count <= Bound - PageSize;

    /// <summary>Reads what is to be read by now.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    public async ValueTask LookAsync(long now)
    {
        if (now >= _nextLook)
        {
            _end = now + (long)Length.TotalMilliseconds;
            _readTo = new(0, "");
            _nextLook = now + (long)Period.TotalMilliseconds;
        }

        while (_readTo is { } readTo && HasRoom)
        {
            var page = await states.DueAsync(shard, readTo, _end, PageSize);
            foreach (var due in page) Add(due);
            // A hint for which there was no room may have set it back meanwhile.
            if (_readTo == readTo) _readTo = page.Count == PageSize ? page[^1] : null;
        }
    }

    /// <summary>The window is read anew at that time, Unix milliseconds.</summary>
    public void LookAgainAt(long at)
    {
        _readTo = null;
        _nextLook = at;
    }

    /// <summary>The time was armed. What lies beyond what was read is found when that is read.</summary>
    public void Armed(DueTime due)
    {
        if (due.At > _end || (_readTo is { } readTo && IsAfter(due, readTo))) return;
        if (_known.Count < Bound) Add(due);
        else _readTo = new(due.At, "");
    }

    /// <summary>Takes out what is due; each is to be given to <see cref="Done"/> or <see cref="Retry"/> afterwards.</summary>
    public List<DueTime> Take(long now, int most)
    {
        var taken = new List<DueTime>();
        while (taken.Count < most && _queue.TryPeek(out _, out var at) && at <= now) taken.Add(_queue.Dequeue());
        return taken;
    }

    public void Done(DueTime due)
    {
        _known.Remove(due);
        _retries.Remove(due);
    }

    /// <param name="at">Unix milliseconds of the next try.</param>
    public void Retry(DueTime due, long at)
    {
        if (_retries.Count < MostRetries || _retries.Contains(due))
        {
            _retries.Add(due);
            _queue.Enqueue(due, at);
        }
        else
        {
            _known.Remove(due);
        }
    }

    private void Add(DueTime due)
    {
        if (_known.Add(due)) _queue.Enqueue(due, due.At);
    }

    private static bool IsAfter(DueTime due, DueTime other) =>
        due.At != other.At ? due.At > other.At : string.CompareOrdinal(due.ObjectId, other.ObjectId) > 0;
}
