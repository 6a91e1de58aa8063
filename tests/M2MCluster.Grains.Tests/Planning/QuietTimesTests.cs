using CsCheck;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

public sealed class QuietTimesTests
{
    private static readonly DateTimeOffset Noon = Plans.Noon;

    [Fact]
    public void CheapestWithin_NothingIsCheaper_IsAtOnce() => Assert.Equal(Noon, Of(Plans.At(13, 20, 2)).CheapestWithin(Noon, Noon.AddHours(6), "a/b"));

    [Fact]
    public void CheapestWithin_CheaperLater_IsSpreadOverThatTime()
    {
        var quiet = Of(Plans.At(15, 16, 0.5), Plans.At(17, 23, 0.2));

        var times = Enumerable.Range(0, 1000).Select(i => quiet.CheapestWithin(Noon, Noon.AddHours(4), $"app/{i}")).ToList();

        Assert.All(times, at => Assert.InRange(at, Noon.AddHours(3), Noon.AddHours(4)));
        Assert.All(times.GroupBy(at => at.Minute / 10), tenth => Assert.InRange(tenth.Count(), 100, 240));
    }

    [Fact]
    public void CheapestWithin_EntryOfABearer_IsNotForApplications()
    {
        var night = Plans.At(15, 16, 0.5);
        night.Bearer = Bearer.Mqtt;

        Assert.Equal(Noon, Of(night).CheapestWithin(Noon, Noon.AddHours(4), "a/b"));
    }

    [Fact]
    public void CheapestWithin_IsAlwaysWithin() => Gen.Select(Gen.Int[0, 86_400], Gen.Int[-10, 700_000], Gen.Int[0, 22], Gen.Double[0, 3], Gen.Double[0, 3]).Sample((start, tolerance, hour, price, other) =>
    {
        var from = Noon.AddSeconds(start);
        var at = Of(Plans.At(hour, hour + 1, price), Plans.At((hour + 5) % 24, (hour + 7) % 24, other)).CheapestWithin(from, from.AddSeconds(tolerance), "a/b");
        return at >= from && (at <= from.AddSeconds(tolerance) || at == from);
    }, iter: 1000);

    private static QuietTimes Of(params CalendarEntryOptions[] calendar) => new(new(Plans.Options(Plans.Budget(60), calendar)));
}
