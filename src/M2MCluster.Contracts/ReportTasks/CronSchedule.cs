using System.Globalization;

namespace M2MCluster.Contracts.ReportTasks;

/// <summary>
/// Moments by the calendar of a time zone, as a cron expression names them (POSIX.1-2017, crontab): minute, hour, day of month, month, day of week; <c>*</c>, lists, ranges and steps, names
/// of months and days. Where both days are restricted either will do. An hour that a change of clocks leaves out is made up for when the clocks go on; one that comes twice counts
/// the first time.
/// </summary>
public sealed class CronSchedule
{
    private const int Sunday = 0;
    private const int MostDays = 366 * 9;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly TimeZoneInfo _zone;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _either;

    private CronSchedule(TimeZoneInfo zone, ulong minutes, ulong hours, ulong days, ulong months, ulong weekdays, bool either)
    {
        (_zone, _minutes, _hours, _days, _months, _weekdays, _either) = (zone, minutes, hours, days, months, weekdays, either);
    }

    /// <param name="zone">IANA name; empty: UTC.</param>
    /// <param name="error">What is wrong, if it is none.</param>
    public static bool TryParse(string cron, string zone, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CronSchedule? schedule, out string error)
    {
        schedule = null;
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone.Length == 0 ? "UTC" : zone, out var found))
        {
            error = "names a time zone that is not known; it is one such as Europe/Berlin";
            return false;
        }

        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        error = "has five fields, such as 30 6 * * mon-fri: minute, hour, day of month, month, day of week";
        if (fields.Length != 5) return false;
        if (!TryField(fields[0], 0, 59, null, out var minutes)) return Wrong("minute is 0 to 59", out error);
        if (!TryField(fields[1], 0, 23, null, out var hours)) return Wrong("hour is 0 to 23", out error);
        if (!TryField(fields[2], 1, 31, null, out var days)) return Wrong("day of month is 1 to 31", out error);
        if (!TryField(fields[3], 1, 12, Months, out var months)) return Wrong("month is 1 to 12, or jan to dec", out error);
        if (!TryField(fields[4], 0, 7, Days, out var weekdays)) return Wrong("day of week is 0 to 7, or sun to sat", out error);
        if ((weekdays & (1UL << 7)) != 0) weekdays |= 1UL << Sunday;
        schedule = new(found, minutes, hours, days, months, weekdays, fields[2][0] != '*' && fields[4][0] != '*');
        if (schedule.Next(DateTimeOffset.UnixEpoch) is not null) return true;
        schedule = null;
        return Wrong("there is no such day", out error);
    }

    /// <summary>The first moment after that one; null: there is none within nine years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var day = TimeZoneInfo.ConvertTime(after, _zone).Date;
        // The day before too: an hour that is made up for may fall on the next one.
        for (var i = -1; i < MostDays; i++)
        {
            var date = day.AddDays(i);
            if (!IsOn(date)) continue;
            for (var hour = 0; hour < 24; hour++)
            {
                if ((_hours & (1UL << hour)) == 0) continue;
                for (var minute = 0; minute < 60; minute++)
                {
                    if ((_minutes & (1UL << minute)) != 0 && MomentOf(date.AddHours(hour).AddMinutes(minute)) is var moment && moment > after) return moment;
                }
            }
        }

        return null;
    }

    private bool IsOn(DateTime date)
    {
        if ((_months & (1UL << date.Month)) == 0) return false;
        var (day, weekday) = ((_days & (1UL << date.Day)) != 0, (_weekdays & (1UL << (int)date.DayOfWeek)) != 0);
        return _either ? day || weekday : day && weekday;
    }

    private DateTimeOffset MomentOf(DateTime local)
    {
        // What the change of clocks leaves out counts by the offset of before.
        if (_zone.IsInvalidTime(local)) return new DateTimeOffset(local, _zone.GetUtcOffset(local.AddHours(-3))).ToUniversalTime();
        var offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static bool Wrong(string what, out string error)
    {
        error = what;
        return false;
    }

    private static bool TryField(string text, int least, int most, string[]? names, out ulong set)
    {
        set = 0;
        foreach (var item in text.Split(','))
        {
            var parts = item.Split('/');
            if (parts.Length > 2 || !TryRange(parts[0], least, most, names, parts.Length == 2, out var from, out var to)) return false;
            var step = 1;
            if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step == 0)) return false;
            for (var value = from; value <= to; value += step) set |= 1UL << value;
        }

        return true;
    }

    private static bool TryRange(string text, int least, int most, string[]? names, bool hasStep, out int from, out int to)
    {
        (from, to) = (least, most);
        if (text == "*") return true;
        var ends = text.Split('-');
        if (ends.Length > 2 || !TryValue(ends[0], least, most, names, out from)) return false;
        if (ends.Length == 2) return TryValue(ends[1], least, most, names, out to) && from <= to;
        to = hasStep ? most : from;
        return true;
    }

    private static bool TryValue(string text, int least, int most, string[]? names, out int value)
    {
        value = names is null ? -1 : Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (value >= 0)
        {
            value += least;
            return true;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
    }
}
