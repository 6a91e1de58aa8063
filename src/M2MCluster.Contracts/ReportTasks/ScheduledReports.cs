using System.Collections.Immutable;

namespace M2MCluster.Contracts.ReportTasks;

/// <summary>Reports that are asked for at moments that the calendar tells.</summary>
/// <param name="Cron">As of <see cref="CronSchedule"/>; empty: at none but <paramref name="Times"/>.</param>
/// <param name="TimeZone">IANA name; empty: UTC.</param>
/// <param name="Times">In order.</param>
[GenerateSerializer, Immutable, Alias("m2m.ScheduledReports")]
public sealed record ScheduledReports([property: Id(0)] string Cron, [property: Id(1)] string TimeZone, [property: Id(2)] ImmutableArray<DateTimeOffset> Times)
{
    public const int MostTimes = 1000;

    /// <summary>Whether it is the same schedule, time by time.</summary>
    public bool IsSame(ScheduledReports other) => Cron == other.Cron && TimeZone == other.TimeZone && Times.AsSpan().SequenceEqual(other.Times.AsSpan());

    /// <summary>The first moment after that one; null: there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        DateTimeOffset? next = Cron.Length > 0 && CronSchedule.TryParse(Cron, TimeZone, out var schedule, out _) ? schedule.Next(after) : null;
        foreach (var time in Times)
        {
            if (time > after && (next is null || time < next)) next = time;
        }

        return next;
    }
}
