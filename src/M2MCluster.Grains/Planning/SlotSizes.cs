using System.Collections.Frozen;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>How large a message may be at all, by the budgets of bytes: one that is larger than the largest slot would never leave. Thread-safe.</summary>
internal sealed class SlotSizes(PlanningOptions options, TariffCalendar calendar)
{
    private readonly FrozenDictionary<Bearer, double> _shares = options.Bearers.Keys.ToFrozenDictionary(bearer => bearer, calendar.MostShare);

    /// <summary>Whether the bearer has any budget of bytes, so that the cell is worth looking for.</summary>
    public bool Bounds(Bearer bearer) => options.Bearers.TryGetValue(bearer, out var budget)
        && (budget.BytesPerSecond ?? budget.Cell?.BytesPerSecond ?? budget.Cells.Values.FirstOrDefault(cell => cell.BytesPerSecond is not null)?.BytesPerSecond) is not null;

    /// <summary>Bytes of payload.</summary>
    public int MostOf(Bearer bearer, string? cell)
    {
        if (!options.Bearers.TryGetValue(bearer, out var budget)) return int.MaxValue;
        var most = BytesOf(budget, bearer);
        return cell is not null && (budget.Cells.GetValueOrDefault(cell) ?? budget.Cell) is { } own ? Math.Min(most, BytesOf(own, bearer)) : most;
    }

    private int BytesOf(BudgetOptions budget, Bearer bearer) => Load.BudgetOf(budget, options.Slot).Part(_shares[bearer]).Bytes;
}
