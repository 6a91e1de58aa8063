namespace M2MCluster.Grains.Planning;

/// <summary>
/// The slots of one budget, a bearer's or a cell's. Pages are made when they are first used; a lane that was used all along its horizon takes
/// 32 bytes a slot.
/// </summary>
internal sealed class Lane(string name, Load budget, SlotGrid grid)
{
    public const int PageSize = 64;

    private readonly LaneSlot[]?[] _pages = new LaneSlot[(grid.Ahead / PageSize) + 2][];

    /// <summary>Empty: of the bearer as a whole.</summary>
    public string Name => name;

    public Load Budget => budget;

    /// <summary>The last slot that anything was put into.</summary>
    public long Last { get; private set; }

    public LaneSlot this[long slot]
    {
        get
        {
            var page = _pages[slot / PageSize % _pages.Length];
            if (page is null) return default;
            var found = page[slot % PageSize];
            return found.Index == slot ? found : default;
        }
    }

    public ref LaneSlot Change(long slot)
    {
        Last = Math.Max(Last, slot);
        ref var page = ref _pages[slot / PageSize % _pages.Length];
        ref var found = ref (page ??= new LaneSlot[PageSize])[slot % PageSize];
        if (found.Index != slot) found = new() { Index = slot };
        return ref found;
    }

    /// <summary>How full that share of the slot's budget is once the load is added; above 1: there is no room.</summary>
    public double FillWith(long slot, Load load, double share, int rank) => (this[slot].Taken(rank) + load).Fill(budget.Part(share));
}
