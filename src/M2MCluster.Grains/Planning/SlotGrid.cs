namespace M2MCluster.Grains.Planning;

/// <summary>Time in slots of one length, counted from the Unix epoch.</summary>
/// <param name="Ahead">How many slots from the current one on are planned.</param>
internal readonly record struct SlotGrid(TimeSpan Length, int Ahead)
{
    public static SlotGrid Of(PlanningOptions options) => new(options.Slot, (int)Math.Ceiling(options.Horizon / options.Slot));

    public long IndexOf(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / Length.Ticks;

    public DateTimeOffset StartOf(long slot) => DateTimeOffset.UnixEpoch + new TimeSpan(slot * Length.Ticks);
}
