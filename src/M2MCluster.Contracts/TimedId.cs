namespace M2MCluster.Contracts;

/// <summary>
/// The layout of the 64-bit ids of messages, reports and events: a sign bit of zero, 41 bits of milliseconds since 2024-01-01 UTC,
/// 10 bits of the node that made it, 12 bits of sequence. So an id tells its time, and ids sort by time.
/// </summary>
public static class TimedId
{
    public const int NodeBits = 10;
    public const int SequenceBits = 12;

    private const long LastMillisecond = (1L << 41) - 1;

    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the id was made, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(long id) => Start.AddMilliseconds(id >> (NodeBits + SequenceBits));

    /// <summary>The smallest id of the millisecond of <paramref name="time"/>; times before 2024 and after the last id's are cut to those.</summary>
    public static long FirstAt(DateTimeOffset time) =>
        Math.Clamp((long)(time - Start).TotalMilliseconds, 0, LastMillisecond) << (NodeBits + SequenceBits);
}
