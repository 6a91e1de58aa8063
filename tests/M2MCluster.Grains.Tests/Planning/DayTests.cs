using M2MCluster.Benchmarks.Day;
using M2MCluster.Testing;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>The day of <c>docs/planning.md</c>, with fewer devices.</summary>
public sealed class DayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Day_OfManyDevices_IsFlatAndCheapWithinItsBudgetsAndBounds(int seed)
    {
        var settings = new DaySettings(20_000, seed);
        var result = DayRun.Run(settings);

        Assert.Equal(settings.Devices, result.SentAfter.Sum());
        Assert.Equal((0, 0), result.ExceededAfter);
        Assert.True(result.ExceededBefore.Bearer > 0);
        Assert.Equal(0, result.Late);
        // But for the alarm, for which two minutes' budgets are not enough, all leave at once.
        Assert.InRange(result.UrgentWaited, 1, result.Urgent / 5);
        Assert.True(result.LongestUrgentWait <= TimeSpan.FromMinutes(5));
        Assert.True(result.Displaced > 0);
        Assert.True(result.CostAfter < result.CostBefore * 0.6);
        Assert.True(DayResult.PeakToMean(DayResult.ByMinute(result.ReportsAfter)) < 1.3);
    }

    /// <summary>The figures that <c>docs/planning.md</c> states.</summary>
    [Fact]
    [Requirement("4.4.a")]
    public void HourlyReports_OfAMillionObjects_ArriveFlat()
    {
        var reports = DayRun.ReportsOf(new(1_000_000));

        Assert.Equal(24_000_000, reports.Sum());
        Assert.True(DayResult.PeakToMean(reports) <= 1.25, $"by second {DayResult.PeakToMean(reports)}");
        Assert.True(DayResult.PeakToMean(DayResult.ByMinute(reports)) <= 1.03, $"by minute {DayResult.PeakToMean(DayResult.ByMinute(reports))}");
    }
}
