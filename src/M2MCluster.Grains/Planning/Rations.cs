using M2MCluster.Contracts.Planning;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Uses up the budgets of a plan as far as the disk says that they may have been used up. That is written piece by piece ahead, so that few messages wait for a commit;
/// who plans next takes what was written for used, and goes on with the rest. Not thread-safe.
/// </summary>
/// <param name="store">Of which the mark was read that <see cref="TakeOver"/> is given.</param>
/// <param name="ahead">How many pieces are taken ahead at least, each an eighth of all budgets; 0: each message waits for a commit, and nothing is lost.</param>
internal sealed class Rations(BearerPlan plan, PlanStore store, int ahead, TimeProvider time)
{
    /// <summary>Who needs more within this time takes twice as many pieces as before; after it they are given back.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly int _seconds = (int)plan.Grid.Length.TotalSeconds;
    private PlanMark? _mark;
    private long _slot = -1;
    private int _taken;
    private DateTimeOffset _takenAt;
    private (long Slot, int Pieces) _lost = (-1, 0);

    /// <summary>Nothing leaves before, since nothing is known of what left; the past: it is known.</summary>
    public DateTimeOffset ClosedUntil { get; private set; }

    /// <summary>Counts as used what may have been by who planned before.</summary>
    /// <param name="last">As the disk has it; null: nobody planned.</param>
    /// <returns>The end of the slot of which something may be lost; null: nothing is.</returns>
    public DateTimeOffset? TakeOver(PlanMark? last, DateTimeOffset now)
    {
        var current = plan.Grid.IndexOf(now);
        if (last is null || (last.Until is { } until && until <= plan.Grid.StartOf(current))) return null;
        var end = last.Until ?? plan.Grid.StartOf(current + 1);
        var slot = plan.Grid.IndexOf(end.AddTicks(-1));
        if (last.Lanes is not null && last.SlotSeconds == _seconds)
        {
            // By a clock that was ahead: what left in the slots before that one is not known any more.
            if (slot > current) Close(slot - 1);
            plan.Lanes.Charge(last, slot);
            _lost = (slot, last.Pieces);
            return last.Pieces == 0 ? null : end;
        }

        // A release before this that ended in order has told its pages what left.
        if (!last.IsOpen && (last.Until is null || last.SlotSeconds == _seconds)) return null;
        Close(slot);
        return ClosedUntil;
    }

    /// <summary>As <see cref="BearerPlan.Admit"/>; what is granted may leave, whatever happens to this one.</summary>
    /// <exception cref="StaleVersionException">Another one took over: this one grants nothing any more.</exception>
    /// <exception cref="Contracts.M2MException">Storage is away: nothing was granted.</exception>
    public async ValueTask<Permit> AdmitAsync(PermitRequest request)
    {
        var load = Load.Of(request.Bytes);
        var now = time.GetUtcNow();
        while (plan.MayLeave(request.Cell, load, request.Priority, request.Hold, request.Latest, now) && !Covers(request.Cell, load, plan.Grid.IndexOf(now)))
        {
            await TakeAsync(request.Cell, load, now);
            now = time.GetUtcNow();
        }

        return plan.Admit(request.Cell, load, request.Priority, request.Hold, request.Latest, now);
    }

    /// <summary>Gives back what was taken ahead beyond the least, once it was not enough so fast.</summary>
    /// <exception cref="StaleVersionException">As above.</exception>
    /// <exception cref="Contracts.M2MException">As above.</exception>
    public async ValueTask NarrowAsync()
    {
        if (_taken <= ahead || plan.Grid.IndexOf(time.GetUtcNow()) != _slot) return;
        await WriteAsync(MarkOf(_slot, ahead, isOpen: true), ahead, time.GetUtcNow());
    }

    /// <summary>Writes again what is known, so that who stands in has to read again what this one wrote beside it.</summary>
    /// <exception cref="StaleVersionException">As above.</exception>
    /// <exception cref="Contracts.M2MException">As above.</exception>
    public async ValueTask RenewAsync()
    {
        var slot = Math.Max(plan.Grid.IndexOf(time.GetUtcNow()), _lost.Slot);
        await store.MarkAsync(slot == _slot && _mark is not null ? _mark : MarkOf(slot, 0, isOpen: true));
    }

    /// <summary>Tells exactly what left, and gives back the rest.</summary>
    /// <param name="isInPages">Whether the pages tell it too.</param>
    /// <exception cref="StaleVersionException">As above.</exception>
    /// <exception cref="Contracts.M2MException">As above.</exception>
    public async ValueTask CloseAsync(bool isInPages)
    {
        if (_slot >= 0) await WriteAsync(MarkOf(_slot, 0, isOpen: !isInPages), 0, time.GetUtcNow());
    }

    private async ValueTask TakeAsync(string? cell, Load load, DateTimeOffset now)
    {
        var slot = plan.Grid.IndexOf(now);
        var pieces = slot == _slot && now - _takenAt < Period ? Math.Min(Math.Max(2 * _taken, ahead), PlanMark.Whole) : ahead;
        await WriteAsync(MarkOf(slot, pieces, isOpen: true, plan.Lanes.OfCell(cell, slot), load), pieces, now);
        _slot = slot;
    }

    // As long as it is not known to be on disk nothing is granted by it, and nothing any more by the former one, which may be gone.
    private async ValueTask WriteAsync(PlanMark mark, int pieces, DateTimeOffset now)
    {
        _mark = null;
        await store.MarkAsync(mark);
        (_mark, _taken, _takenAt) = (mark, pieces, now);
    }

    private bool Covers(string? cell, Load load, long slot) =>
        _mark is not null && slot == _slot && Covers(plan.Lanes.Whole, load) && (plan.Lanes.OfCell(cell, slot) is not { } lane || Covers(lane, load));

    private bool Covers(Lane lane, Load load)
    {
        var (budget, with) = (plan.Lanes.PartOf(lane, _slot), lane[_slot].Used + load);
        var most = _mark!.MostOf(lane.Name, budget);
        return (budget.Messages == int.MaxValue || with.Messages <= most.Messages) && (budget.Bytes == int.MaxValue || with.Bytes <= most.Bytes);
    }

    /// <param name="pieces">Of each lane, beyond what is used.</param>
    /// <param name="cell">Which leaves next, and so is used.</param>
    private PlanMark MarkOf(long slot, int pieces, bool isOpen, Lane? cell = null, Load next = default)
    {
        var lanes = new Dictionary<string, Load>(StringComparer.Ordinal);
        foreach (var lane in plan.Lanes.All)
        {
            var used = lane[slot].Used + (lane == cell || lane == plan.Lanes.Whole ? next : default);
            if (used == default) continue;
            var budget = plan.Lanes.PartOf(lane, slot);
            lanes.Add(lane.Name, used.Max((used + PlanMark.PieceOf(budget, pieces)).Min(budget)));
        }

        return new(isOpen, plan.Grid.StartOf(slot + 1), _seconds, pieces + (slot == _lost.Slot ? _lost.Pieces : 0), lanes);
    }

    private void Close(long slot)
    {
        plan.Close(plan.Grid.StartOf(slot));
        ClosedUntil = plan.Grid.StartOf(slot + 1);
    }
}
