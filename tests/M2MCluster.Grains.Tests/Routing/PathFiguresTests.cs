using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Routing;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Tests.Routing;

public sealed class PathFiguresTests
{
    private static double Cost(Route route, DateTimeOffset at)
    {
        PathOptions options = new()
        {
            Mqtt = new() { CostPerMessage = 2, CostPerKilobyte = 1, Delay = TimeSpan.FromSeconds(1) },
            MqttByGateway = new() { CostPerMessage = 7, Delay = TimeSpan.FromSeconds(1) },
        };
        Assert.True(new PathOptionsValidator().Validate(null, options).Succeeded);
        PlanningOptions planning = new() { TimeZone = "Europe/Berlin" };
        planning.Calendar.Add(new() { Days = { DayOfWeek.Monday }, From = new(9, 0), To = new(18, 0), Bearer = Bearer.Mqtt, Price = 10 });
        planning.Calendar.Add(new() { From = new(22, 0), To = new(6, 0), Price = 0.5 });
        return new PathFigures(Options.Create(options), new TariffCalendar(planning)).Cost(route, 1025, at);
    }

    [Theory]
    [InlineData("2026-03-02T08:00:00Z", 40, 70)]   // a Monday, at nine in Berlin
    [InlineData("2026-03-02T17:00:00Z", 4, 7)]
    [InlineData("2026-03-02T21:00:00Z", 2, 3.5)]
    [InlineData("2026-03-03T08:00:00Z", 4, 7)]
    [InlineData("2026-07-06T07:00:00Z", 40, 70)]   // a Monday in summer, at nine in Berlin
    public void Cost_GoesBySizeAndTariff(string at, double direct, double byGateway)
    {
        var time = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((direct, byGateway), (Cost(new(Bearer.Mqtt, null), time), Cost(new(Bearer.Mqtt, "g"), time)));
    }

    [Fact]
    public void Validator_TellsAllAtOnce()
    {
        PathOptions options = new() { FirstRest = TimeSpan.FromHours(2), FailureHalfLife = TimeSpan.Zero, CostOfSecond = -1 };
        options.Sms.CostPerMessage = double.PositiveInfinity;
        options.Coap.Delay = TimeSpan.Zero;

        Assert.Equal(5, new PathOptionsValidator().Validate(null, options).Failures!.Count());
    }
}
