using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// What is sent over one bearer and when: by slots, for the bearer as a whole and for each of its cells. Three rules: what has left in a slot never exceeds a
/// budget; what can wait gets the cheapest slot within its bound, and of those the emptiest; within a slot higher ranks go first, so what is urgent takes the place of
/// what could wait and has not left yet. Not thread-safe; knows no clock.
/// </summary>
internal sealed class BearerPlan
{
    private readonly PlanningOptions _options;
    private readonly SlotGrid _grid;
    private readonly SlotTariffs _tariffs;
    private readonly Lanes _lanes;
    private readonly HashSet<long> _changed = [];
    private long _closed = -1;

    public BearerPlan(Bearer bearer, PlanningOptions options, TariffCalendar calendar)
    {
        (_options, _grid) = (options, SlotGrid.Of(options));
        _tariffs = new(bearer, calendar, _grid);
        _lanes = new(options.Bearers[bearer], options, _tariffs);
    }

    public SlotGrid Grid => _grid;

    public Lanes Lanes => _lanes;

    /// <summary>The pages of slots that changed since this was asked last; at most so many.</summary>
    public IReadOnlyList<long> TakeChanged(int most)
    {
        var taken = _changed.Take(most).ToList();
        _changed.ExceptWith(taken);
        return taken;
    }

    public void Changed(IEnumerable<long> pages) => _changed.UnionWith(pages);

    /// <summary>A place for work that can wait: the cheapest slot that has room within the bound, and of those the emptiest, then the earliest.</summary>
    /// <param name="earliest">Not before; the past counts as now.</param>
    /// <param name="latest">Not after; at least <paramref name="earliest"/>. Beyond the horizon nothing is looked for.</param>
    public Place Reserve(string? cell, Load load, DateTimeOffset earliest, DateTimeOffset latest, DateTimeOffset now)
    {
        var current = _grid.IndexOf(now);
        var lane = _lanes.OfCell(cell, current);
        if (earliest < now) earliest = now;
        var first = _grid.IndexOf(earliest);
        var last = Math.Min(_grid.IndexOf(latest), current + _grid.Ahead - 1);
        var slot = Cheapest(lane, load, first, last, 1 - _options.Reserve) ?? Cheapest(lane, load, first, last, 1);
        var priceNow = TariffAt(current).Price;
        if (slot is not { } found)
        {
            // There is no room: it is tried at the end of its time, where its bound makes it urgent.
            var end = Within(_grid.StartOf(Math.Max(first, last)), earliest, latest);
            return new(end, TariffAt(_grid.IndexOf(end)).Price, priceNow, false);
        }

        var at = Within(MomentIn(found, lane, Rank.Tolerant), earliest, latest);
        Put(found, lane, Rank.Tolerant, load);
        return new(at, TariffAt(found).Price, priceNow, true);
    }

    /// <summary>
    /// Asks to leave now. Granted, it has left; else it is told when to ask again, with a place held for it there: within its bound if it can wait and there is room,
    /// else in the first slot in which no higher rank needs the room.
    /// </summary>
    /// <param name="hold">The place that it has, if it has one.</param>
    /// <param name="latest">Its bound, if it can wait.</param>
    public Permit Admit(string? cell, Load load, int priority, PlanHold? hold, DateTimeOffset? latest, DateTimeOffset now)
    {
        var current = _grid.IndexOf(now);
        var lane = _lanes.OfCell(cell, current);
        var held = hold is { } place ? _grid.IndexOf(place.At) : -1;
        var rank = Rank.Of(hold, priority, latest, now);
        if (held >= current) Release(held, lane, hold!.Value.Rank, load);
        if (HasRoom(current, lane, load, held == current ? rank + 1 : rank))
        {
            Use(current, lane, load);
            return new(true, null, _grid.StartOf(current + 1));
        }

        return new(false, Wait(lane, load, priority, rank, latest, current));
    }

    /// <summary>Whether <see cref="Admit"/> would let it leave. Changes nothing.</summary>
    public bool MayLeave(string? cell, Load load, int priority, PlanHold? hold, DateTimeOffset? latest, DateTimeOffset now)
    {
        var current = _grid.IndexOf(now);
        var rank = Rank.Of(hold, priority, latest, now);
        return HasRoom(current, _lanes.OfCell(cell, current), load, hold is { } place && _grid.IndexOf(place.At) == current ? rank + 1 : rank);
    }

    /// <summary>The place is not needed.</summary>
    public void Drop(string? cell, Load load, PlanHold hold, DateTimeOffset now)
    {
        if (_grid.IndexOf(hold.At) is var slot && slot >= _grid.IndexOf(now)) Release(slot, _lanes.OfCell(cell), hold.Rank, load);
    }

    /// <summary>Plans with a part of the budgets, by the beginning of a slot: of 1; null: with all of them.</summary>
    public void Split(Func<DateTimeOffset, double>? part) => _tariffs.Split = part;

    /// <summary>Nothing leaves any more in the slot of that moment, nor in those before: what left in them is not known.</summary>
    public void Close(DateTimeOffset at) => _closed = _grid.IndexOf(at);

    /// <summary>Cells that nothing was planned for in the slots to come are forgotten; they come back when they are used.</summary>
    public void Tidy(DateTimeOffset now) => _lanes.Tidy(_grid.IndexOf(now));

    public Tariff TariffAt(long slot) => _tariffs.At(slot);

    private PlanHold Wait(Lane? lane, Load load, int priority, int rank, DateTimeOffset? latest, long current)
    {
        var last = current + _grid.Ahead - 1;
        if (rank == Rank.Tolerant && latest is { } bound
            && Cheapest(lane, load, current + 1, Math.Min(_grid.IndexOf(bound), last), 1) is { } other)
        {
            var moment = MomentIn(other, lane, Rank.Tolerant);
            Put(other, lane, Rank.Tolerant, load);
            return new(moment < bound ? moment : bound, Rank.Tolerant);
        }

        // What was urgent stays what it was; what could wait no longer can.
        if (rank == Rank.Tolerant) rank = Rank.Urgent(priority);
        for (var slot = current + 1; slot <= last; slot++)
        {
            if (!HasRoom(slot, lane, load, rank)) continue;
            var at = MomentIn(slot, lane, rank);
            Put(slot, lane, rank, load);
            return new(at, rank);
        }

        return new(_grid.StartOf(last), rank);
    }

    private long? Cheapest(Lane? lane, Load load, long first, long last, double share)
    {
        long? best = null;
        var (price, fill) = (double.PositiveInfinity, 0.0);
        for (var slot = first; slot <= last; slot++)
        {
            var tariff = TariffAt(slot);
            if (tariff.Price > price || slot <= _closed) continue;
            var with = FillWith(slot, lane, load, tariff.Share * share, Rank.Tolerant);
            if (with > 1 || (tariff.Price == price && with >= fill)) continue;
            (best, price, fill) = (slot, tariff.Price, with);
        }

        return best;
    }

    private bool HasRoom(long slot, Lane? lane, Load load, int rank) => slot > _closed && FillWith(slot, lane, load, TariffAt(slot).Share, rank) <= 1;

    private double FillWith(long slot, Lane? lane, Load load, double share, int rank)
    {
        var whole = _lanes.Whole.FillWith(slot, load, share, rank);
        return lane is null ? whole : Math.Max(whole, lane.FillWith(slot, load, share, rank));
    }

    /// <summary>Where in the slot the next of that rank comes: one after the other, as the budget is used up.</summary>
    private DateTimeOffset MomentIn(long slot, Lane? lane, int rank)
    {
        var before = FillWith(slot, lane, default, TariffAt(slot).Share, rank);
        return _grid.StartOf(slot) + (_grid.Length * Math.Clamp(before, 0, 0.999));
    }

    private void Put(long slot, Lane? lane, int rank, Load load)
    {
        foreach (var one in Both(slot, lane)) one.Change(slot).Add(rank, load);
    }

    private void Release(long slot, Lane? lane, int rank, Load load)
    {
        foreach (var one in Both(slot, lane)) one.Change(slot).Remove(rank, load);
    }

    private void Use(long slot, Lane? lane, Load load)
    {
        foreach (var one in Both(slot, lane)) one.Change(slot).Used += load;
    }

    private Lane[] Both(long slot, Lane? lane)
    {
        _changed.Add(slot / Lane.PageSize);
        return lane is null ? [_lanes.Whole] : [_lanes.Whole, lane];
    }

    private static DateTimeOffset Within(DateTimeOffset at, DateTimeOffset earliest, DateTimeOffset latest) =>
        at < earliest ? earliest : at > latest ? latest : at;
}
