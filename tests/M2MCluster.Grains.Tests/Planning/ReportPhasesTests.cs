using CsCheck;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Grains.Tests.Planning;

public sealed class ReportPhasesTests
{
    private const int Many = 100_000;

    [Fact]
    public void Of_AnyPeriod_IsWithinItAndTheSameAgain() => Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 20], Gen.Int[1, 1_000_000]).Sample((id, period) =>
    {
        var phases = Of(Plans.At(1, 5, 0.5), Plans.At(17, 21, 2, 0.5));
        var phase = phases.Of(id, "cell", Bearer.Coap, period);
        return phase >= 0 && phase < period && phase == phases.Of(id, "cell", Bearer.Coap, period);
    }, iter: 100);

    [Fact]
    public void Of_ManyHourly_ArriveFlat()
    {
        var minutes = Count(Of(), period: 3600, bins: 60);

        // A bin of n has a standard deviation of the root of n: five of them are never seen.
        var mean = Many / 60.0;
        Assert.All(minutes, count => Assert.InRange(count, mean - (5 * Math.Sqrt(mean)), mean + (5 * Math.Sqrt(mean))));
    }

    [Fact]
    public void Of_ManyDaily_MoreInTheCheapNightAndNoneWhereNothingIsThere()
    {
        var hours = Count(Of(Plans.At(0, 6, 0.5), Plans.At(17, 19, 1, share: 0)), period: 86_400, bins: 24);

        Assert.Equal(0, hours[17] + hours[18]);
        Assert.InRange(hours[3] / (double)hours[12], 1.85, 2.15);
    }

    [Fact]
    public void Of_DailyThatToleratesSixHours_LieInTheCheapestOfThem()
    {
        var phases = Of(Plans.At(3, 5, 0.5), Plans.At(7, 20, 0.1), Plans.At(0, 1, 3));

        for (var i = 0; i < 1000; i++) Assert.InRange(phases.Of($"meter-{i}", null, Bearer.Coap, 86_400, 6 * 3600), 3 * 3600, (5 * 3600) - 1);
    }

    [Fact]
    public void Of_Tolerance_IsNeverExceededAndNoneIsAtOnce() => Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[0, 1_000_000], Gen.Int[0, 23], Gen.Bool).Sample((period, tolerance, from, hasCalendar) =>
    {
        var phases = hasCalendar ? Of(Plans.At(from, (from + 2) % 24, 0.5)) : Of();
        return phases.Of("meter", null, Bearer.Coap, period, 0) == 0 && phases.Of("meter", null, Bearer.Coap, period, tolerance) is var phase
            && phase >= 0 && phase <= tolerance && phase < period;
    }, iter: 100);

    private static ReportPhases Of(params CalendarEntryOptions[] calendar)
    {
        var options = Plans.Options(Plans.Budget(60), calendar);
        return new(options, new(options), new FakeTimeProvider(Plans.Noon));
    }

    private static int[] Count(ReportPhases phases, long period, int bins)
    {
        var counts = new int[bins];
        for (var i = 0; i < Many; i++) counts[phases.Of($"meter-{i}", $"cell-{i % 100}", Bearer.Coap, period) * bins / period]++;
        return counts;
    }
}
