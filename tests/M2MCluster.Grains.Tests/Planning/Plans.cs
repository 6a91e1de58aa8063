using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Plans as tests need them.</summary>
internal static class Plans
{
    /// <summary>A Sunday at noon, UTC.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static PlanningOptions Options(BearerBudgetOptions budget, params CalendarEntryOptions[] calendar)
    {
        var options = new PlanningOptions { Reserve = 0.1 };
        options.Bearers[Bearer.Mqtt] = budget;
        foreach (var entry in calendar) options.Calendar.Add(entry);
        return options;
    }

    public static BearerPlan Of(PlanningOptions options) => new(Bearer.Mqtt, options, new(options));

    /// <param name="messages">In a slot of a minute; null: without bound.</param>
    public static BearerBudgetOptions Budget(double? messages, double? cellMessages = null) => new()
    {
        MessagesPerSecond = messages / 60,
        Cell = cellMessages is null ? null : new() { MessagesPerSecond = cellMessages / 60 },
    };

    public static CalendarEntryOptions At(int from, int to, double price, double share = 1, params DayOfWeek[] days)
    {
        var entry = new CalendarEntryOptions { From = new(from, 0), To = new(to, 0), Price = price, Share = share };
        foreach (var day in days) entry.Days.Add(day);
        return entry;
    }
}
