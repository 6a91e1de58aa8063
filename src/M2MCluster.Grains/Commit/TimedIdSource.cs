using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>Ids by the clock of this node; when more than 4,096 are made in a millisecond, or the clock goes back, they run ahead of it.</summary>
/// <param name="node">0 to 1023, unlike that of any other live node.</param>
public sealed class TimedIdSource(TimeProvider time, int node) : IIdSource
{
    private const long SequenceMask = (1 << TimedId.SequenceBits) - 1;

    // The last id's milliseconds and sequence, without the node between them.
    private long _last;

    public long Next()
    {
        var now = (TimedId.FirstAt(time.GetUtcNow()) >> (TimedId.NodeBits + TimedId.SequenceBits)) << TimedId.SequenceBits;
        long last, next;
        do
        {
            last = Interlocked.Read(ref _last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        var milliseconds = next >> TimedId.SequenceBits;
        return (milliseconds << (TimedId.NodeBits + TimedId.SequenceBits)) | ((long)node << TimedId.SequenceBits) | (next & SequenceMask);
    }

    /// <summary>From now on ids are above this one, the highest that is on disk.</summary>
    public void GoOnFrom(long id)
    {
        var floor = ((id >> (TimedId.NodeBits + TimedId.SequenceBits)) << TimedId.SequenceBits) | SequenceMask;
        long last;
        do last = Interlocked.Read(ref _last);
        while (last < floor && Interlocked.CompareExchange(ref _last, floor, last) != last);
    }
}
