using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Tests.Routing;

public sealed class WeighingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static Candidate Of(
        Bearer bearer, double cost = 0, double seconds = 1, double failures = 0, DateTimeOffset? rests = null, string? refusal = null, string? gateway = null, bool confirms = true) =>
        new(new(new(bearer, gateway), null!), cost, TimeSpan.FromSeconds(seconds), confirms, failures, rests, (int)Math.Ceiling(failures), refusal);

    private static IReadOnlyList<WeighedWay> Weigh(PathPreference preference, int copies, params Candidate[] candidates) => Weighing.Weigh(candidates, preference, copies, 0.01);

    private static string Names(IEnumerable<WeighedWay> ways) => string.Join(", ", ways.Select(way => way.Way.Route));

    [Theory]
    [InlineData(PathPreference.Cheapest, "COAP")]
    [InlineData(PathPreference.Fastest, "MQTT")]
    [InlineData(PathPreference.MostReliable, "SMS")]
    [InlineData(PathPreference.Balanced, "COAP")]
    public void Preference_Decides(PathPreference preference, string first)
    {
        var ways = Weigh(preference, 1, Of(Bearer.Mqtt, cost: 2, seconds: 0.1, failures: 3), Of(Bearer.Coap, cost: 0.1, seconds: 2, failures: 1), Of(Bearer.Sms, cost: 5, seconds: 10));

        Assert.Equal(first, ways[0].Way.Route.ToString());
        Assert.Equal([true, false, false], ways.Select(way => way.IsChosen));
    }

    [Fact]
    public void Balanced_DelayHasItsPrice()
    {
        Assert.Equal("SMS, COAP", Names(Weigh(PathPreference.Balanced, 1, Of(Bearer.Coap, seconds: 200), Of(Bearer.Sms, cost: 1, seconds: 10))));
        Assert.Equal("COAP, SMS", Names(Weigh(PathPreference.Balanced, 1, Of(Bearer.Coap, seconds: 100), Of(Bearer.Sms, cost: 1, seconds: 10))));
    }

    [Fact]
    public void Resting_ComesAfterAllThatDoNotAndTheEarliestFirst()
    {
        var ways = Weigh(
            PathPreference.Cheapest, 1, Of(Bearer.Mqtt, rests: Noon.AddMinutes(2), failures: 2), Of(Bearer.Coap, cost: 9), Of(Bearer.Coap, rests: Noon.AddMinutes(1), failures: 1, gateway: "g"));

        Assert.Equal("COAP, COAP by g, MQTT", Names(ways));
        Assert.Contains("2 attempt(s) failed in a row, others first until 2026-03-01 12:02:00Z", ways[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyWay_IsTakenThoughItRests() =>
        Assert.StartsWith("the only way, though", Assert.Single(Weigh(PathPreference.Balanced, 1, Of(Bearer.Mqtt, rests: Noon, failures: 1)), way => way.IsChosen).Reason, StringComparison.Ordinal);

    [Fact]
    public void Refused_IsToldAndNeverTaken()
    {
        var ways = Weigh(PathPreference.Cheapest, 3, Of(Bearer.Mqtt, refusal: "not among the bearers asked for"), Of(Bearer.Coap, cost: 3));

        Assert.Equal(["COAP"], ways.Where(way => way.IsChosen).Select(way => way.Way.Route.ToString()));
        Assert.Equal("not among the bearers asked for", ways[^1].Reason);
    }

    [Fact]
    public void Copies_TakeDisjointWaysOnly()
    {
        var ways = Weigh(PathPreference.Fastest, 3, Of(Bearer.Mqtt, gateway: "g"), Of(Bearer.Coap, gateway: "g", seconds: 2), Of(Bearer.Mqtt, seconds: 3), Of(Bearer.Coap, seconds: 4));

        Assert.Equal(["MQTT by g", "COAP"], ways.Where(way => way.IsChosen).Select(way => way.Way.Route.ToString()));
    }

    [Fact]
    public void Reasons_TellTheFigures()
    {
        var ways = Weigh(PathPreference.Cheapest, 1, Of(Bearer.Mqtt, cost: 0.5), Of(Bearer.Coap, cost: 0.25));

        Assert.Equal("the cheapest of 2: cost 0.25", ways[0].Reason);
        Assert.Equal("cost 0.5, against cost 0.25 over COAP", ways[1].Reason);
    }

    [Fact]
    public void Equal_TheFirstIsTaken() => Assert.Equal("MQTT, COAP", Names(Weigh(PathPreference.Balanced, 1, Of(Bearer.Mqtt), Of(Bearer.Coap))));
}
