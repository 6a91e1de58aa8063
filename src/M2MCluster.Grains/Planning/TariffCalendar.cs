using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>What sending costs and how much of the budgets is there, by weekday and time of a time zone.</summary>
internal sealed class TariffCalendar(PlanningOptions options)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone);

    public Tariff At(Bearer bearer, DateTimeOffset at)
    {
        if (options.Calendar.Count == 0) return Tariff.Usual;
        var local = TimeZoneInfo.ConvertTime(at, _zone);
        var (day, time) = (local.DayOfWeek, TimeOnly.FromTimeSpan(local.TimeOfDay));
        foreach (var entry in options.Calendar)
        {
            if ((entry.Bearer is null || entry.Bearer == bearer) && Holds(entry, day, time)) return new(entry.Price, entry.Share);
        }

        return Tariff.Usual;
    }

    private static bool Holds(CalendarEntryOptions entry, DayOfWeek day, TimeOnly time)
    {
        if (entry.From < entry.To) return time >= entry.From && time < entry.To && IsOn(entry, day);
        return (time >= entry.From && IsOn(entry, day)) || (time < entry.To && IsOn(entry, (DayOfWeek)(((int)day + 6) % 7)));
    }

    private static bool IsOn(CalendarEntryOptions entry, DayOfWeek day) => entry.Days.Count == 0 || entry.Days.Contains(day);
}
