using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>The tariffs of a bearer by slots, each looked for once. Not thread-safe.</summary>
internal sealed class SlotTariffs(Bearer bearer, TariffCalendar calendar, SlotGrid grid)
{
    private readonly (long Slot, Tariff Tariff)[] _known = new (long, Tariff)[grid.Ahead + 1];

    /// <summary>Whose part of the budgets this is, by the beginning of a slot: of 1; null: all of them.</summary>
    public Func<DateTimeOffset, double>? Split { get; set; }

    public Tariff At(long slot)
    {
        ref var known = ref _known[slot % _known.Length];
        if (known.Slot != slot) known = (slot, calendar.At(bearer, grid.StartOf(slot)));
        return Split is { } split ? known.Tariff with { Share = known.Tariff.Share * split(grid.StartOf(slot)) } : known.Tariff;
    }
}
