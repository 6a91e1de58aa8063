namespace M2MCluster.Grains.Planning;

/// <summary>
/// The lanes of a bearer: of the bearer as a whole, and of its cells, which are made when they are first used. Objects say in which cell they are: those that are too
/// many share the lane of one. Not thread-safe.
/// </summary>
internal sealed class Lanes(BearerBudgetOptions budgets, PlanningOptions options, SlotTariffs tariffs)
{
    /// <summary>The name of the lane of the bearer as a whole.</summary>
    public const string OfWhole = "";

    private const string Others = "*";

    private readonly SlotGrid _grid = SlotGrid.Of(options);
    private readonly Dictionary<string, Lane> _cells = new(StringComparer.Ordinal);
    private long _tidied = -1;
    private long _chargedSlot = -1;
    private PlanMark? _charge;

    public Lane Whole { get; } = new(OfWhole, Load.BudgetOf(budgets, options.Slot), SlotGrid.Of(options));

    public IEnumerable<Lane> All => _cells.Values.Prepend(Whole);

    /// <summary>By its name; null: it has no budget.</summary>
    public Lane? Find(string name) => name.Length == 0 ? Whole : OfCell(name);

    /// <summary>The same, of those that are known; none is made.</summary>
    public Lane? Peek(string name) => name.Length == 0 ? Whole : _cells.GetValueOrDefault(name);

    /// <summary>The lane that a cell uses; null: it has no budget.</summary>
    public Lane? OfCell(string? cell, long current = -1)
    {
        if (cell is null) return null;
        if (_cells.TryGetValue(cell, out var known)) return known;
        var named = budgets.Cells.GetValueOrDefault(cell);
        if ((named ?? budgets.Cell) is not { } budget) return null;
        if (named is null && cell != Others && (MayHaveShared(current) || (_cells.Count >= options.MostCells && !TryMakeRoom(current)))) return OfCell(Others);
        return Make(cell, budget);
    }

    /// <summary>That share of the lane's budget that is there in the slot.</summary>
    public Load PartOf(Lane lane, long slot) => lane.Budget.Part(tariffs.At(slot).Share);

    /// <summary>All that may have left in the slot counts as having left.</summary>
    public void Charge(PlanMark mark, long slot)
    {
        (_charge, _chargedSlot) = (mark, slot);
        foreach (var name in mark.Lanes!.Keys.Where(name => Peek(name) is null))
        {
            if ((budgets.Cells.GetValueOrDefault(name) ?? budgets.Cell) is { } budget) Make(name, budget);
        }

        foreach (var lane in All) Charge(lane);
    }

    /// <summary>Cells that nothing was planned for in the slots to come are forgotten; they come back when they are used.</summary>
    public void Tidy(long current)
    {
        foreach (var idle in _cells.Where(cell => cell.Value.Last < current).Select(cell => cell.Key).ToList()) _cells.Remove(idle);
    }

    // A cell that shared a lane in a slot goes on sharing it: who planned before did not say whose messages they were.
    private bool MayHaveShared(long current) => _charge is not null && current <= _chargedSlot && _charge.Lanes!.ContainsKey(Others);

    private Lane Make(string name, BudgetOptions budget)
    {
        var lane = _cells[name] = new(name, Load.BudgetOf(budget, options.Slot), _grid);
        if (_charge is not null) Charge(lane);
        return lane;
    }

    private void Charge(Lane lane)
    {
        var most = _charge!.MostOf(lane.Name, PartOf(lane, _chargedSlot));
        if (most != default) lane.Change(_chargedSlot).Used = most;
    }

    // Within a slot no lane becomes empty.
    private bool TryMakeRoom(long current)
    {
        if (_tidied >= current) return false;
        _tidied = current;
        Tidy(current);
        return _cells.Count < options.MostCells;
    }
}
