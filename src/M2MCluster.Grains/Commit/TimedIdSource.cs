using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>Ids by the clock of this node; when more than 4,096 are made in a millisecond, or the clock goes back, they run ahead of it.</summary>
/// <param name="node">0 to 1023, unlike that of any other live node, until <see cref="Take"/> sets another.</param>
public sealed class TimedIdSource(TimeProvider time, int node) : IIdSource
{
    private const long SequenceMask = (1 << TimedId.SequenceBits) - 1;

    // The last id's milliseconds and sequence, without the node between them.
    private long _last;
    private long _node = node;
    private long _heldUntil = long.MaxValue;

    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: the number's lease is over.</exception>
    public long Next()
    {
        var heldUntil = Interlocked.Read(ref _heldUntil);
        if (heldUntil != long.MaxValue && time.GetTimestamp() > heldUntil)
            throw new M2MException(ErrorCode.Unavailable, "this node could not renew its number and makes no ids before it has");
        var now = (TimedId.FirstAt(time.GetUtcNow()) >> (TimedId.NodeBits + TimedId.SequenceBits)) << TimedId.SequenceBits;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        var milliseconds = next >> TimedId.SequenceBits;
        return (milliseconds << (TimedId.NodeBits + TimedId.SequenceBits)) | (_node << TimedId.SequenceBits) | (next & SequenceMask);
    }

    /// <summary>Makes ids with a number that is lent; to be called before the first id.</summary>
    /// <param name="last">The highest id with this number that is on disk.</param>
    public void Take(int number, long last)
    {
        _node = number;
        GoOnFrom(last);
    }

    /// <summary>No ids are made later than this, a timestamp of the time provider; it moves on with each renewal of the lease.</summary>
    public void HoldUntil(long timestamp) => Interlocked.Exchange(ref _heldUntil, timestamp);

    /// <summary>From now on ids are above this one, the highest that is on disk.</summary>
    public void GoOnFrom(long id)
    {
        var floor = ((id >> (TimedId.NodeBits + TimedId.SequenceBits)) << TimedId.SequenceBits) | SequenceMask;
        long last;
        do last = Interlocked.Read(ref _last);
        while (last < floor && Interlocked.CompareExchange(ref _last, floor, last) != last);
    }
}
