using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>Shows a plan to those who operate it.</summary>
internal static class PlanReading
{
    public static PlanView Read(BearerPlan plan, Bearer bearer, PlanningOptions options, PlanQuery query, string silo, DateTimeOffset now, DateTimeOffset closedUntil)
    {
        var first = plan.Grid.IndexOf(now);
        var count = Math.Min(Math.Clamp(query.Slots, 1, PlanQuery.MostSlots), plan.Grid.Ahead);
        var lane = plan.Lanes.Peek(query.Cell ?? "") ?? throw M2MException.NotFound($"cell {query.Cell}");
        var cells = plan.Lanes.All.Skip(1).Select(cell => CellOf(plan, cell, first, count))
            .OrderByDescending(cell => cell.Fill).ThenByDescending(cell => cell.Waiting).ThenBy(cell => cell.Cell, StringComparer.Ordinal).ToList();
        var budget = options.Bearers[bearer];
        return new(
            now, silo, options.Slot, options.Horizon, options.Reserve,
            ViewOf(Load.BudgetOf(budget, options.Slot)), budget.Cell is { } cell ? ViewOf(Load.BudgetOf(cell, options.Slot)) : null,
            closedUntil > now ? closedUntil : null,
            options.TimeZone,
            [.. options.Calendar.Where(entry => entry.Bearer is null || entry.Bearer == bearer).Select(entry => new PlanPeriod([.. entry.Days], entry.From, entry.To, entry.Price, entry.Share))],
            [.. Enumerable.Range(0, count).Select(ahead => SlotOf(plan, lane, first + ahead))],
            cells.Count,
            [.. cells.Take(Math.Clamp(query.Cells, 0, PlanQuery.MostCells))]);
    }

    /// <summary>How full the slot is, by all that has left and is held in it.</summary>
    public static double FillOf(BearerPlan plan, Lane lane, long slot) => lane.FillWith(slot, default, plan.TariffAt(slot).Share, Rank.Tolerant);

    private static PlanSlotView SlotOf(BearerPlan plan, Lane lane, long slot)
    {
        var (tariff, found) = (plan.TariffAt(slot), lane[slot]);
        return new(plan.Grid.StartOf(slot), tariff.Price, ViewOf(lane.Budget.Part(tariff.Share)), ViewOf(found.Used), ViewOf(found.Tolerant), ViewOf(UrgentOf(found)));
    }

    private static PlanCellView CellOf(BearerPlan plan, Lane lane, long first, int count)
    {
        var (fill, waiting) = (0.0, 0);
        // Most cells have a few slots that anything is in.
        for (var slot = first; slot < first + count && slot <= lane.Last; slot++)
        {
            var found = lane[slot];
            fill = Math.Max(fill, FillOf(plan, lane, slot));
            waiting += found.Tolerant.Messages + UrgentOf(found).Messages;
        }

        // An empty slot may have no room either; that is no news.
        return new(lane.Name, double.IsInfinity(fill) ? 1 : fill, ViewOf(lane.Budget), waiting);
    }

    private static Load UrgentOf(LaneSlot slot) => (slot.Urgent ?? []).Aggregate(default(Load), (sum, held) => sum + held);

    private static PlanLoad ViewOf(Load load) => new(load.Messages == int.MaxValue ? null : load.Messages, load.Bytes == int.MaxValue ? null : load.Bytes);
}
