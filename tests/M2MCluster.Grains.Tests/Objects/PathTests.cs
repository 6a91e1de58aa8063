using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>Objects that are reached over several ways: which one is taken, and what becomes of messages when one fails or goes.</summary>
public sealed class PathTests(GrainCluster cluster) : GrainTests(cluster)
{
    /// <summary>An object with an MQTT session and a CoAP endpoint, each named after it. In this cluster MQTT is the faster, and CoAP the cheaper.</summary>
    private async Task<string> TwoWaysAsync()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "false"), ("inFlight", "4")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        await Object(id).Attach(Proved(id), Mqtt("m" + id), null);
        return id;
    }

    private static MessageDraft Command(PathPreference preference = default, int copies = 1, Confirmation confirmation = Confirmation.Delivered, params Bearer[] bearers) =>
        Draft("x", confirmation: confirmation, command: new("on", "POST", "/on", null)) with
        {
            Terms = new() { Paths = new([.. bearers]) { Preference = preference, Copies = copies } },
        };

    private IReadOnlyList<Delivery> OverMqtt(string id) => Edge.DeliveriesTo("m" + id);

    private IReadOnlyList<Delivery> OverCoap(string id) => Edge.DeliveriesTo("c" + id);

    private Task SettleAsync(string id, Delivery delivery, SettlementKind kind, MessageResult? result = null, TimeSpan? retryAfter = null) =>
        Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(kind, result, retryAfter)).AsTask();

    [Theory]
    [InlineData(PathPreference.Cheapest, false)]
    [InlineData(PathPreference.Fastest, true)]
    [InlineData(PathPreference.Balanced, true)]
    public async Task Send_TwoWays_ThePreferenceDecidesAndExplainSaysSo(PathPreference preference, bool overMqtt)
    {
        var id = await TwoWaysAsync();
        var message = await SendAsync(id, Command(preference));

        Assert.Equal(overMqtt ? (1, 0) : (0, 1), (OverMqtt(id).Count, OverCoap(id).Count));
        var why = await Object(id).Explain(message.Id);
        Assert.Equal(2, why.Message.Paths!.Count);
        Assert.Equal(overMqtt ? Bearer.Mqtt : Bearer.Coap, Assert.Single(why.Message.Paths, path => path.IsChosen).Bearer);
        Assert.Contains(why.Message.Steps, step => step.What.StartsWith(overMqtt ? "pushed over MQTT: the " : "pushed over COAP: the cheapest of 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_Ended_TellsTheWaysStill()
    {
        var id = await TwoWaysAsync();
        var message = await SendAsync(id, Command(PathPreference.Cheapest));
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Answered, new(true));

        var paths = (await FindAsync(message.Id)).Paths!;
        Assert.Equal([(Bearer.Coap, true), (Bearer.Mqtt, false)], paths.Select(path => (path.Bearer, path.IsChosen)));
    }

    [Fact]
    public async Task Lost_TheOtherWayIsTakenAtOnceAndTheFailedOneAfterItsRest()
    {
        var id = await TwoWaysAsync();
        await SendAsync(id, Command(PathPreference.Cheapest));
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Lost);
        Assert.Equal(OverCoap(id)[0].Message.Id, Assert.Single(OverMqtt(id)).Message.Id);
        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Acknowledged);

        await PassAsync(id, TimeSpan.FromSeconds(29));
        await SendAsync(id, Command(PathPreference.Cheapest));
        Assert.Equal((1, 2), (OverCoap(id).Count, OverMqtt(id).Count));
        await SettleAsync(id, OverMqtt(id)[1], SettlementKind.Acknowledged);

        await PassAsync(id, TimeSpan.FromSeconds(1));
        await SendAsync(id, Command(PathPreference.Cheapest));
        Assert.Equal((2, 2), (OverCoap(id).Count, OverMqtt(id).Count));

        // It fails again: it rests for twice as long.
        await SettleAsync(id, OverCoap(id)[1], SettlementKind.Lost);
        await SettleAsync(id, OverMqtt(id)[2], SettlementKind.Acknowledged);
        await PassAsync(id, TimeSpan.FromSeconds(59));
        await SendAsync(id, Command(PathPreference.Cheapest));
        Assert.Equal(2, OverCoap(id).Count);
    }

    [Fact]
    public async Task Lost_GrainForgets_TheFailureIsKnownStill()
    {
        var id = await TwoWaysAsync();
        Cluster.Edges.Register(Bearer.Coap, Edge);
        await SendAsync(id, Command(PathPreference.Cheapest));
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Lost);
        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Acknowledged);
        await Cluster.ForgetAsync(Object(id));

        await Object(id).Attach(Proved(id), Mqtt("m" + id), null);
        await SendAsync(id, Command(PathPreference.Cheapest));

        Assert.Equal((2, 1), (OverMqtt(id).Count, OverCoap(id).Count));
    }

    [Fact]
    public async Task Unheard_TheOtherWayIsTaken()
    {
        var id = await TwoWaysAsync();
        await SendAsync(id, Command(PathPreference.Fastest));

        await PassAsync(id, TimeSpan.FromMinutes(2));

        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));
    }

    [Fact]
    public async Task Busy_NoOtherWayIsTried()
    {
        var id = await TwoWaysAsync();
        await SendAsync(id, Command(PathPreference.Fastest));

        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Busy, retryAfter: TimeSpan.FromSeconds(30));
        Assert.Empty(OverCoap(id));
        await PassAsync(id, TimeSpan.FromSeconds(30));

        Assert.Equal((2, 0), (OverMqtt(id).Count, OverCoap(id).Count));
    }

    [Fact]
    public async Task Lost_BothWays_WaitsAsLongAsForOne()
    {
        var id = await TwoWaysAsync();
        await SendAsync(id, Command(PathPreference.Fastest));
        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Lost);
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Lost);
        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));

        await PassAsync(id, TimeSpan.FromSeconds(20));

        Assert.Equal(3, OverMqtt(id).Count + OverCoap(id).Count);
    }

    [Theory]
    [InlineData(Bearer.Mqtt)]
    [InlineData(Bearer.Coap)]
    public async Task Bearers_OnlyThoseAskedForAreTaken(Bearer bearer)
    {
        var id = await TwoWaysAsync();
        var message = await SendAsync(id, Command(bearers: bearer));
        var delivery = (bearer == Bearer.Mqtt ? OverMqtt(id) : OverCoap(id))[0];
        await SettleAsync(id, delivery, SettlementKind.Lost);

        Assert.Equal(1, OverMqtt(id).Count + OverCoap(id).Count);
        Assert.Contains((await Object(id).Explain(message.Id)).Message.Paths!, path => path.Bearer != bearer && path.Reason == "not among the bearers asked for");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copies_LeaveOverBothWaysAtOnceAndTheFirstConfirmationEndsIt(bool mqttFirst)
    {
        var id = await TwoWaysAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Command(copies: 2) with { Application = sender });
        var (first, second) = mqttFirst ? (OverMqtt(id), OverCoap(id)) : (OverCoap(id), OverMqtt(id));
        Assert.Equal(message.Id, Assert.Single(first).Message.Id);
        Assert.Equal(message.Id, Assert.Single(second).Message.Id);

        await SettleAsync(id, first[0], SettlementKind.Acknowledged);
        await SettleAsync(id, second[0], SettlementKind.Answered, new(false));

        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
        Assert.Equal(["DELIVERED"], (await OutcomesAsync(sender))[$"messages/{message.Id}"]);
        Assert.Single(OverMqtt(id));
        Assert.Single(OverCoap(id));
    }

    [Fact]
    public async Task Copies_TheResultComesOverTheOneThatWasNotAcknowledged()
    {
        var id = await TwoWaysAsync();
        var message = await SendAsync(id, Command(copies: 2, confirmation: Confirmation.Applied));

        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Acknowledged);
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Answered, new(true));

        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Copies_OneIsLost_TheOtherGoesOn()
    {
        var id = await TwoWaysAsync();
        var message = await SendAsync(id, Command(copies: 2));

        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Lost);
        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));
        Assert.Null((await FindAsync(message.Id)).Outcome);
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Answered, new(true));

        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Copies_OneWay_TheSecondLeavesOnceTheOtherOpens()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "false")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        await SendAsync(id, Command(copies: 2));
        Assert.Single(OverCoap(id));

        await Object(id).Attach(Proved(id), Mqtt("m" + id), null);

        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));
    }

    [Fact]
    public async Task Copies_CountAsOneMessageUnderWay()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "false"), ("inFlight", "1")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        await Object(id).Attach(Proved(id), Mqtt("m" + id), null);
        await SendAsync(id, Command(copies: 2));
        await SendAsync(id, Command(copies: 2));
        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));

        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Answered, new(true));

        Assert.Equal((2, 2), (OverMqtt(id).Count, OverCoap(id).Count));
    }

    [Fact]
    public async Task Move_SessionEndsWhileUnderWay_TheMessageFollowsOverTheOtherBearer()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true")) });
        var epoch = await Object(id).Attach(Proved(id), Mqtt("m" + id), null);
        var message = await SendAsync(id, Draft("x", command: new("on", "POST", "/on", null), confirmation: Confirmation.Applied));
        await SettleAsync(id, Assert.Single(OverMqtt(id)), SettlementKind.Acknowledged);

        await Object(id).Detach(Bearer.Mqtt, epoch);
        Assert.Null((await FindAsync(message.Id)).Outcome);
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));

        Assert.Equal(message.Id, Assert.Single(OverCoap(id)).Message.Id);
        await SettleAsync(id, OverCoap(id)[0], SettlementKind.Answered, new(true));
        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Move_ShowsUpBehindAGateway_TheMessageFollows()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true")), PermittedGateways = [gateway] });
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), null);
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        var message = await SendAsync(id, Draft("x", command: new("on", "POST", "/on", null)));
        Assert.Single(OverCoap(id));

        await Object(id).Register(Proved(gateway), new(null, "</on>", null, null));

        Assert.Equal((id, message.Id), Edge.DeliveriesTo(gateway).Select(delivery => (delivery.ObjectId, delivery.Message.Id)).Single());
    }

    [Fact]
    public async Task Paths_TellHowEachPreferenceWouldChoose()
    {
        var id = await TwoWaysAsync();
        var choices = (await Object(id).Paths(10)).ToDictionary(choice => choice.Preference, choice => choice.Paths[0].Bearer);

        Assert.Equal((Bearer.Coap, Bearer.Mqtt), (choices[PathPreference.Cheapest], choices[PathPreference.Fastest]));
        Assert.Equal(4, choices.Count);
        Assert.All(await Object(await CreateAsync()).Paths(10), choice => Assert.Empty(choice.Paths));
    }

    [Fact]
    public async Task Acknowledged_TheDelayIsMeasured()
    {
        var id = await TwoWaysAsync();
        await SendAsync(id, Command(PathPreference.Fastest));
        await PassAsync(id, TimeSpan.FromSeconds(5));
        await SettleAsync(id, OverMqtt(id)[0], SettlementKind.Acknowledged);

        await SendAsync(id, Command(PathPreference.Fastest));

        Assert.Equal((1, 1), (OverMqtt(id).Count, OverCoap(id).Count));
        var measured = (await Object(id).Paths(0))[0].Paths.Single(path => path.Bearer == Bearer.Mqtt).Delay;
        Assert.InRange(measured, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
    }
}
