using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>What sending costs and how much of the budgets is there, by weekday and time of a time zone.</summary>
internal sealed class TariffCalendar(PlanningOptions options)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone);

    /// <param name="bearer">Null: of the entries that name none.</param>
    public Tariff At(Bearer? bearer, DateTimeOffset at)
    {
        if (options.Calendar.Count == 0) return Tariff.Usual;
        var local = TimeZoneInfo.ConvertTime(at, _zone);
        return At(bearer, local.DayOfWeek, TimeOnly.FromTimeSpan(local.TimeOfDay));
    }

    /// <summary>The largest share of the bearer's budgets that is there at any time of a week.</summary>
    public double MostShare(Bearer bearer)
    {
        var most = 0.0;
        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            foreach (var time in options.Calendar.SelectMany(entry => new[] { entry.From, entry.To }).Append(TimeOnly.MinValue)) most = Math.Max(most, At(bearer, day, time).Share);
        }

        return most;
    }

    private Tariff At(Bearer? bearer, DayOfWeek day, TimeOnly time)
    {
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
