using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Benchmarks.Day;

/// <summary>
/// A day of so many devices that report each hour and get one message each: most in batches at 8, 12 and 18 o'clock that tolerate six hours or one, a tenth urgent:
/// spread over the day, but for a hundredth within the two minutes of an alarm at half past ten in the evening. Budgets and cells grow with the devices.
/// </summary>
internal sealed record DaySettings(int Devices, int Seed = 1)
{
    public static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public const int Minutes = 24 * 60;
    public const long ReportPeriod = 3600;

    /// <summary>A cell has a thousand devices.</summary>
    public int Cells => Math.Max(1, Devices / 1000);

    /// <summary>Messages in a minute: five times what an even day would need.</summary>
    public int Budget => 5 * Devices / Minutes;

    public const int BudgetOfCell = 12;

    /// <summary>Nights cost half, evenings three times as much, and half of the network is with others then.</summary>
    public PlanningOptions Planning()
    {
        var options = new PlanningOptions();
        options.Bearers[Bearer.Coap] = new() { MessagesPerSecond = Budget / 60.0, Cell = new() { MessagesPerSecond = BudgetOfCell / 60.0 } };
        options.Calendar.Add(new() { From = new(17, 0), To = new(21, 0), Price = 3, Share = 0.5 });
        options.Calendar.Add(new() { From = new(22, 0), To = new(6, 0), Price = 0.5 });
        return options;
    }
}
