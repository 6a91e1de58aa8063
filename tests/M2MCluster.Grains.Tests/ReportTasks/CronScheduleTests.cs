using System.Globalization;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Grains.Tests.ReportTasks;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("30 6 * * mon-fri", "Europe/Berlin", "2026-03-06T06:00:00Z", "2026-03-09T05:30:00Z")]
    [InlineData("30 6 * * MON-FRI", "Europe/Berlin", "2026-04-03T06:00:00Z", "2026-04-06T04:30:00Z")]
    [InlineData("*/15 * * * *", "", "2026-03-01T00:00:00Z", "2026-03-01T00:15:00Z")]
    [InlineData("0 0 29 2 *", "", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 12 13 * fri", "", "2026-03-07T00:00:00Z", "2026-03-13T12:00:00Z")]
    [InlineData("0 12 1 * 7", "", "2026-03-02T00:00:00Z", "2026-03-08T12:00:00Z")]
    [InlineData("5/20,50 23 * jan,dec *", "", "2026-12-31T23:26:00Z", "2026-12-31T23:45:00Z")]
    // The clocks go on at 02:00 and back at 03:00.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void Next_Expression_IsTheFirstMomentAfter(string cron, string zone, string after, string next)
    {
        Assert.True(CronSchedule.TryParse(cron, zone, out var schedule, out _));
        Assert.Equal(DateTimeOffset.Parse(next, CultureInfo.InvariantCulture), schedule.Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("* * * *", "")]
    [InlineData("60 * * * *", "")]
    [InlineData("* 24 * * *", "")]
    [InlineData("* * 0 * *", "")]
    [InlineData("* * * 13 *", "")]
    [InlineData("* * * * 8", "")]
    [InlineData("*/0 * * * *", "")]
    [InlineData("5-1 * * * *", "")]
    [InlineData("0 0 30 2 *", "")]
    [InlineData("", "")]
    [InlineData("a b c d e", "")]
    [InlineData("- , / * *", "")]
    [InlineData("* * * * *", "Mars/Olympus")]
    public void TryParse_WhatIsNone_SaysWhy(string cron, string zone)
    {
        Assert.False(CronSchedule.TryParse(cron, zone, out _, out var error));
        Assert.NotEmpty(error);
    }
}
