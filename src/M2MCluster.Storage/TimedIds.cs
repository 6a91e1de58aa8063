using M2MCluster.Contracts;

namespace M2MCluster.Storage;

internal static class TimedIds
{
    /// <summary>The node that made the id.</summary>
    public static int NodeOf(long id) => (int)(id >> TimedId.SequenceBits) & ((1 << TimedId.NodeBits) - 1);

    /// <summary>The first id that is not before the time; ids count whole milliseconds.</summary>
    public static long NotBefore(DateTimeOffset time)
    {
        var whole = TimedId.TimeOf(TimedId.FirstAt(time));
        return TimedId.FirstAt(time > whole ? whole.AddMilliseconds(1) : whole);
    }
}
