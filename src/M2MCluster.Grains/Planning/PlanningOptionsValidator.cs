using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Planning;

/// <summary>Tells all that is wrong at once.</summary>
internal sealed class PlanningOptionsValidator : IValidateOptions<PlanningOptions>
{
    private const int MostSlots = 20_000;

    // A slot's bytes are counted in 32 bits.
    private const double MostBytesOfSlot = int.MaxValue / 2.0;

    public ValidateOptionsResult Validate(string? name, PlanningOptions options)
    {
        var failures = new List<string>();
        Require(options.Slot >= TimeSpan.FromSeconds(1) && options.Slot <= TimeSpan.FromHours(1) && options.Slot.Ticks % TimeSpan.TicksPerSecond == 0,
            nameof(options.Slot), "must be 1 s to 1 h, in whole seconds");
        Require(options.Horizon >= TimeSpan.FromHours(1) && options.Horizon <= TimeSpan.FromDays(7) && options.Horizon / options.Slot <= MostSlots,
            nameof(options.Horizon), $"must be 1 h to 7 days, and at most {MostSlots} slots");
        Require(TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _), nameof(options.TimeZone), $"is not known on this machine: {options.TimeZone}");
        Require(options.Reserve is >= 0 and <= 0.9, nameof(options.Reserve), "must be 0 to 0.9");
        Require(options.Patience >= TimeSpan.FromMilliseconds(10) && options.Patience <= TimeSpan.FromSeconds(10), nameof(options.Patience), "must be 10 ms to 10 s");
        Require(options.MostHeld is >= 0 and <= 1, nameof(options.MostHeld), "must be 0 to 1");
        Require(options.MostCells is >= 1 and <= 100_000, nameof(options.MostCells), "must be 1 to 100,000");
        foreach (var (bearer, budget) in options.Bearers)
        {
            Check($"Bearers:{bearer}", budget);
            if (budget.Cell is { } cell) Check($"Bearers:{bearer}:Cell", cell);
            foreach (var (id, named) in budget.Cells) Check($"Bearers:{bearer}:Cells:{id}", named);
        }

        for (var i = 0; i < options.Calendar.Count; i++)
        {
            Require(options.Calendar[i].Price is >= 0 and <= 1000, $"Calendar:{i}:Price", "must be 0 to 1000");
            Require(options.Calendar[i].Share is >= 0 and <= 1, $"Calendar:{i}:Share", "must be 0 to 1");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, BudgetOptions budget)
        {
            var seconds = options.Slot.TotalSeconds;
            Require(budget.MessagesPerSecond is null || (budget.MessagesPerSecond * seconds >= 1 && budget.MessagesPerSecond * seconds <= int.MaxValue / 2.0),
                $"{key}:MessagesPerSecond", "must allow at least one message in a slot");
            Require(budget.BytesPerSecond is null || (budget.BytesPerSecond * seconds >= 1 && budget.BytesPerSecond * seconds <= MostBytesOfSlot),
                $"{key}:BytesPerSecond", $"must allow 1 to {MostBytesOfSlot:f0} bytes in a slot");
        }

        void Require(bool holds, string key, string what)
        {
            if (!holds) failures.Add($"{PlanningOptions.Section}:{key} {what}.");
        }
    }
}
