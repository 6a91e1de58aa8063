using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary><c>M2M:Planning</c>. Without any bearer nothing is planned, and nothing is asked.</summary>
public sealed class PlanningOptions
{
    public const string Section = "M2M:Planning";

    /// <summary>What budgets are counted by: whole seconds, 1 s to 1 h; default 1 min.</summary>
    public TimeSpan Slot { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How far ahead a place is looked for, 1 h to 7 days and at most 20,000 slots; default 36 h.</summary>
    public TimeSpan Horizon { get; set; } = TimeSpan.FromHours(36);

    /// <summary>The IANA name of the time zone of <see cref="Calendar"/>; default UTC.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The share of each slot that work which can wait leaves to work which cannot, 0 to 0.9; default 0.1.</summary>
    public double Reserve { get; set; } = 0.1;

    /// <summary>How long the planner's answer is awaited, 10 ms to 10 s; default 1 s.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Cells of a bearer that are planned for at once, beside those with budgets of their own, 1 to 100,000; default 10,000. Those beyond it share the budget of one.
    /// </summary>
    public int MostCells { get; set; } = 10_000;

    /// <summary>The share of a bearer that flows may hold together, 0 to 1; default 0.8. What is of no flow has the rest.</summary>
    public double MostHeld { get; set; } = 0.8;

    /// <summary>The bearers that are planned.</summary>
    public Dictionary<Bearer, BearerBudgetOptions> Bearers { get; } = [];

    /// <summary>When sending costs more or less, and when less of the budgets is there; the first entry that holds counts.</summary>
    public IList<CalendarEntryOptions> Calendar { get; } = [];
}
