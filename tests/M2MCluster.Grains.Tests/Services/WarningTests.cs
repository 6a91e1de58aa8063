using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Services;

public sealed class WarningTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static MessageDraft Classed(string by, string sender) => Draft("0123456789", sender) with { Terms = new() { ServiceClass = by } };

    private async Task<IReadOnlyList<string>> WarningsAsync(string sender) =>
        [.. (await EventsAsync(sender, EventTypes.MessageWarning)).Select(read => Data(read).GetProperty("attribute").GetString()!)];

    [Fact]
    public async Task Update_MakesWhatWaitsTooLarge_IsOneEventAndNotRepeated()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("0123456789", sender));
        Assert.Empty(await WarningsAsync(sender));

        foreach (var most in new[] { "5", "4", "100", "5" }) await Object(id).Update("op", new() { Preconfigured = Says(("maxPayload", most)) });
        await Cluster.ForgetAsync(Object(id));
        await Object(id).Update("op", new() { Preconfigured = Says(("maxPayload", "3")) });

        Assert.Equal(["SIZE"], await WarningsAsync(sender));
        var record = await FindAsync(message.Id);
        Assert.Equal((ServiceAttributes.Size, null), (record.Warned, record.Outcome));
        Assert.Equal(message.Id, Assert.Single(await Object(id).Mailbox(Proved(id))).Id);
    }

    [Fact]
    public async Task Reachability_FallsAsleepBeforeTheBound_IsTold()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true"), ("awakeWindow", "20"), ("reportPeriod", "3600")) });
        var sender = await ListenAsync(null);
        await Object(id).Report(Proved(id, Bearer.Coap), Report("1"));
        Assert.Null((await Object(id).Send(Classed("interactive", sender))).Mismatches);

        await PassAsync(id, TimeSpan.FromSeconds(20));
        await PassAsync(id, TimeSpan.FromSeconds(1));

        Assert.Equal(["DELAY"], await WarningsAsync(sender));
    }

    [Fact]
    public async Task Registration_OverABearerThatTheClassDoesNotHave_IsTold()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        await Object(id).Send(Draft("x", sender) with { Terms = new() { Paths = new([Bearer.Mqtt]) } });
        await Object(id).Register(Proved(id, Bearer.Coap), new(null, "</t>", null, Coap("192.0.2.1:5683")));

        Assert.Equal(["BEARER"], await WarningsAsync(sender));
    }

    [Fact]
    public async Task Warning_WithTheEndOfTheMessageInOneTurn_TheEndStands()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true"), ("awakeWindow", "20"), ("reportPeriod", "3600")) });
        var sender = await ListenAsync(null);
        await Object(id).Report(Proved(id, Bearer.Coap), Report("1"));
        var message = await SendAsync(id, Classed("interactive", sender) with { TimeToLive = TimeSpan.FromSeconds(20) });

        await PassAsync(id, TimeSpan.FromSeconds(20));

        Assert.Equal(Outcome.Expired, (await FindAsync(message.Id)).Outcome);
        Assert.Empty(await WarningsAsync(sender));
    }

    [Theory]
    [InlineData("alarm", 2, 4, 30)]
    [InlineData("background", 10, 20, 600)]
    public async Task Retries_GoByTheClass(string by, int first, int second, int last)
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var message = (await Object(id).Send(Classed(by, ""))).Message;
        var pauses = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            var delivery = Edge.DeliveriesTo(id)[^1];
            await Object(id).Settle(message.Id, delivery.Attempt, new(SettlementKind.Lost));
            var again = (await Object(id).Explain(message.Id)).WaitsUntil!.Value - Cluster.Time.GetUtcNow();
            pauses.Add((int)again.TotalSeconds);
            await PassAsync(id, again);
        }

        Assert.Equal((first, second, last), (pauses[0], pauses[1], pauses[^1]));
    }
}
