using System.Globalization;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>Objects with a telephone number: an SMS calls them for what is urgent, and carries a message only where that is asked for or there is nothing else.</summary>
public sealed class WakeUpTests : GrainTests
{
    private static int _numbers;

    public WakeUpTests(GrainCluster cluster)
        : base(cluster) => cluster.Edges.Register(Bearer.Sms, Edge);

    /// <param name="says">Nothing: an ordinary phone, without a credential by which it could connect.</param>
    private async Task<(string Id, string Number)> CreateWithPhoneAsync(params (string Name, string Value)[] says)
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"+4930{Interlocked.Increment(ref _numbers):000000}");
        var id = await CreateAsync(new() { Names = ["tel:" + number], Preconfigured = Says(says) });
        if (says.Length > 0) await Object(id).AddCredential("op", CredentialKind.MqttSecret, null);
        return (id, number);
    }

    /// <summary>A sleeper that is known to come over MQTT, and sleeps.</summary>
    private async Task<(string Id, string Number)> SleeperAsync()
    {
        var (id, number) = await CreateWithPhoneAsync(("sleeping", "true"));
        await Object(id).Detach(Bearer.Mqtt, await Object(id).Attach(Proved(id), Mqtt("m" + id), null));
        await PassAsync(id, TimeSpan.FromMinutes(10));
        return (id, number);
    }

    [Fact]
    public async Task Urgent_SleeperWithAPhone_IsCalledAndGetsItOverIp()
    {
        var (id, number) = await SleeperAsync();
        var message = await SendAsync(id, Draft("x", priority: 6));
        var call = Assert.Single(Edge.DeliveriesTo(number));
        Assert.Equal((id, message.Id, WakeUp.ContentType, 0), (call.ObjectId, call.Message.Id, call.Message.ContentType, call.Message.Payload.Length));

        // That the SMSC took the call, or lost it, says nothing of the message.
        await Object(id).Settle(message.Id, call.Attempt, new(SettlementKind.Acknowledged));
        var why = await Object(id).Explain(message.Id);
        Assert.Null(why.Message.Outcome);
        Assert.Contains("called by SMS", why.Summary, StringComparison.Ordinal);
        Assert.Contains(why.Message.Steps, step => step.What.StartsWith("called the object by SMS, for 1: call 1 since", StringComparison.Ordinal));

        await Object(id).Attach(Proved(id), Mqtt("n" + id), null);
        await Object(id).Settle(message.Id, Assert.Single(Edge.DeliveriesTo("n" + id)).Attempt, new(SettlementKind.Acknowledged));
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Urgent_ToAGroup_ItsSleepersWithAPhoneAreCalled()
    {
        var (sleeper, number) = await SleeperAsync();
        var without = await CreateAsync();
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [sleeper, without]);
        foreach (var id in new[] { sleeper, without }) await Cluster.ForgetAsync(Object(id));
        await group.Send(Draft("x", priority: 5));
        Assert.False(Cluster.IsActive(Object(sleeper)));

        await group.Send(Draft("y", priority: 6));
        // The group does not wait for its members.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (Edge.DeliveriesTo(number).Count == 0) await poll.WaitForNextTickAsync(patience.Token);

        Assert.Equal(WakeUp.ContentType, Assert.Single(Edge.DeliveriesTo(number)).Message.ContentType);
        Assert.False(Cluster.IsActive(Object(without)));
    }

    [Fact]
    public async Task Urgent_ToACampaign_ItsSleepersWithAPhoneAreCalledAtTheRateOfCampaigns()
    {
        var sleepers = new List<(string Id, string Number)>();
        for (var i = 0; i < 25; i++) sleepers.Add(await SleeperAsync());
        var without = await CreateAsync();
        foreach (var (id, _) in sleepers) await Cluster.ForgetAsync(Object(id));
        await Cluster.ForgetAsync(Object(without));
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. sleepers.Select(sleeper => sleeper.Id), without]);
        await group.Send(Draft("x", priority: 5) with { Campaign = new() });
        var sent = (await group.Send(Draft("y", priority: 6) with { Campaign = new() })).Message;
        var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

        // A tenth of a second's worth at once, which is one, and ten with each second.
        foreach (var calls in new[] { 1, 11, 21, 25, 25 })
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (Calls() < calls)
            {
                await poll.WaitForNextTickAsync(patience.Token);
                await whole.Step();
            }

            await whole.Step();
            Assert.Equal(calls, Calls());
            Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(Cluster.IsActive(Object(without)));
        Assert.All(sleepers, sleeper => Assert.Single(Edge.DeliveriesTo(sleeper.Number)));
        int Calls() => sleepers.Sum(sleeper => Edge.DeliveriesTo(sleeper.Number).Count);
    }

    [Fact]
    public async Task Call_ReceiptNeverComes_IsSaidAndItIsCalledAgainUntilThatIsInVain()
    {
        var (id, number) = await SleeperAsync();
        var message = await SendAsync(id, Draft("x", priority: 7, ttl: 60 * 86_400));
        await SettleCallAsync(id, number, new(SettlementKind.Stored) { References = ["c1"] });
        var why = await Object(id).Explain(message.Id);
        Assert.EndsWith("no receipt came so far.", why.Summary, StringComparison.Ordinal);
        Assert.Equal(Cluster.Time.GetUtcNow() + TimeSpan.FromMinutes(5), why.WaitsUntil);

        await PassAsync(id, TimeSpan.FromMinutes(5));
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
        for (var day = 0; day < 20; day++) await PassAsync(id, TimeSpan.FromDays(1));
        Assert.Equal(10, Edge.DeliveriesTo(number).Count);
        await Cluster.ForgetAsync(Object(id));
        why = await Object(id).Explain(message.Id);
        Assert.Contains("after 10 calls in vain it is not called again before it is heard of", why.Summary, StringComparison.Ordinal);
        Assert.Null(why.WaitsUntil);

        // Then its calls begin anew.
        await Object(id).Report(Proved(id, Bearer.Coap), Report("1"));
        await PassAsync(id, TimeSpan.FromMinutes(10));
        Assert.Equal(11, Edge.DeliveriesTo(number).Count);
    }

    [Fact]
    public async Task Call_WasNotSent_IsMadeAgainSoonAndDoesNotCount()
    {
        var (id, number) = await SleeperAsync();
        var message = await SendAsync(id, Draft("x", priority: 7));
        await SettleCallAsync(id, number, new(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(30), Detail: "no session with the SMSC"));
        Assert.Contains("was not sent (no session with the SMSC)", (await Object(id).Explain(message.Id)).Summary, StringComparison.Ordinal);
        await PassAsync(id, TimeSpan.FromSeconds(29));
        Assert.Single(Edge.DeliveriesTo(number));
        await PassAsync(id, TimeSpan.FromSeconds(1));

        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
        Assert.Equal(2, (await Object(id).Explain(message.Id)).Message.Steps.Count(step => step.What.Contains(": call 1 since", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Call_WasNotSentAgainAndAgain_ThePausesGrowToTheInterval()
    {
        var (id, number) = await SleeperAsync();
        await SendAsync(id, Draft("x", priority: 7, ttl: 86_400));
        var calls = 1;
        foreach (var seconds in new[] { 30, 60, 120, 240, 300, 300 })
        {
            await SettleCallAsync(id, number, new(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(30), Detail: "no session with the SMSC"));
            await PassAsync(id, TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(calls, Edge.DeliveriesTo(number).Count);
            await PassAsync(id, TimeSpan.FromSeconds(1));
            Assert.Equal(++calls, Edge.DeliveriesTo(number).Count);
        }
    }

    [Fact]
    public async Task Call_RefusedByTheSmsc_CountsAndIsMadeMoreAndMoreRarely()
    {
        var (id, number) = await SleeperAsync();
        var message = await SendAsync(id, Draft("x", priority: 7, ttl: 86_400));
        var calls = 1;
        foreach (var minutes in new[] { 5, 10, 20 })
        {
            await SettleCallAsync(id, number, new(SettlementKind.Lost, Detail: "SMPP 0x00000045"));
            Assert.Contains("which did not arrive (SMPP 0x00000045)", (await Object(id).Explain(message.Id)).Summary, StringComparison.Ordinal);
            await PassAsync(id, TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.Equal(calls, Edge.DeliveriesTo(number).Count);
            await PassAsync(id, TimeSpan.FromSeconds(1));
            Assert.Equal(++calls, Edge.DeliveriesTo(number).Count);
        }
    }

    [Theory]
    [InlineData(ReceiptState.Delivered, "which arrived")]
    [InlineData(ReceiptState.Undeliverable, "which did not arrive")]
    [InlineData(ReceiptState.Expired, "which did not arrive")]
    public async Task Call_HasAReceipt_ItSaysWhatBecameOfIt(ReceiptState state, string words)
    {
        var (id, number) = await SleeperAsync();
        var message = await SendAsync(id, Draft("x", priority: 7));
        await SettleCallAsync(id, number, new(SettlementKind.Stored) { References = ["c" + number] });
        await Cluster.ForgetAsync(Object(id));
        Assert.Equal(ReceiptStanding.Recorded, await Cluster.Grains.GetGrain<ISubscriberGrain>(id).Receipt(new(["c" + number], state, state.ToString())));

        Assert.Contains(words, (await Object(id).Explain(message.Id)).Summary, StringComparison.Ordinal);
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Single(Edge.DeliveriesTo(number));
    }

    private async Task SettleCallAsync(string id, string number, Settlement settlement)
    {
        var call = Edge.DeliveriesTo(number)[^1];
        await Object(id).Settle(call.Message.Id, call.Attempt, settlement);
    }

    [Fact]
    public async Task NotUrgent_SleeperWithAPhone_IsLeftAsleep()
    {
        var (id, number) = await SleeperAsync();
        await SendAsync(id, Draft("x", priority: 5));

        Assert.Empty(Edge.DeliveriesTo(number));
    }

    [Fact]
    public async Task Urgent_Several_OneCallForAllAndFewerTheLongerItIsSilent()
    {
        var (id, number) = await SleeperAsync();
        for (var i = 0; i < 3; i++) await SendAsync(id, Draft($"{i}", priority: 7, ttl: 86_400));
        Assert.Single(Edge.DeliveriesTo(number));

        foreach (var (minutes, calls) in new[] { (4, 1), (1, 2), (9, 2), (1, 3), (19, 3), (1, 4) })
        {
            await PassAsync(id, TimeSpan.FromMinutes(minutes));
            Assert.Equal(calls, Edge.DeliveriesTo(number).Count);
        }
    }

    [Fact]
    public async Task Urgent_GrainForgets_TheIntervalHoldsStill()
    {
        var (id, number) = await SleeperAsync();
        await SendAsync(id, Draft("x", priority: 7));
        await Cluster.ForgetAsync(Object(id));
        await SendAsync(id, Draft("y", priority: 7));
        Assert.Single(Edge.DeliveriesTo(number));

        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromMinutes(5));
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
    }

    [Fact]
    public async Task Urgent_CommitFails_NobodyIsCalled()
    {
        var (id, number) = await SleeperAsync();
        await SendAsync(id, Draft("x", priority: 0));
        Cluster.Pipeline.Fail(id, Fault.Before);
        await RefusedAsync(Contracts.ErrorCode.Unavailable, async () => await Object(id).Send(Draft("y", priority: 7)));

        Assert.Empty(Edge.DeliveriesTo(number));
    }

    [Fact]
    public async Task Urgent_AddressChangedSilently_IsCalledThoughThePushIsStillAwaited()
    {
        var (id, number) = await CreateWithPhoneAsync(("sleeping", "false"));
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        var message = await SendAsync(id, Draft("x", priority: 7, command: new("on", "POST", "/on", null)));
        Assert.Single(Edge.DeliveriesTo("c" + id));
        Assert.Empty(Edge.DeliveriesTo(number));

        await PassAsync(id, TimeSpan.FromSeconds(10));
        Assert.Single(Edge.DeliveriesTo(number));
        Assert.Single(Edge.DeliveriesTo("c" + id));

        // It registers anew from where it is now, and what was under way to the old address is given up.
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "d" + id }, new(null, "</on>", null, Coap("d" + id)));
        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo("d" + id)).Message.Id);
    }

    [Fact]
    public async Task Urgent_AddressChangedSilently_TheGatewayIsTakenAndNobodyIsCalled()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), null);
        var id = await CreateAsync(new() { Gateway = gateway, Preconfigured = Says(("sleeping", "false")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        var message = await SendAsync(id, Draft("x", priority: 7, command: new("on", "POST", "/on", null)));

        await Object(id).Settle(message.Id, Edge.DeliveriesTo("c" + id)[0].Attempt, new(SettlementKind.Lost));

        Assert.Equal((id, message.Id), Edge.DeliveriesTo(gateway).Select(delivery => (delivery.ObjectId, delivery.Message.Id)).Single());
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(0, false)]
    public async Task AddressChangedSilently_TheGatewayIsTakenBesideItWhereItIsUrgent(int priority, bool isUrgent)
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), null);
        var id = await CreateAsync(new() { Gateway = gateway, Preconfigured = Says(("sleeping", "false")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        var message = await SendAsync(id, Draft("x", priority: priority, command: new("on", "POST", "/on", null)));
        await PassAsync(id, TimeSpan.FromSeconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Edge.DeliveriesTo(gateway));

        await PassAsync(id, TimeSpan.FromSeconds(1));
        Assert.Equal(isUrgent ? [(id, message.Id)] : [], Edge.DeliveriesTo(gateway).Select(delivery => (delivery.ObjectId, delivery.Message.Id)));
        Assert.Single(Edge.DeliveriesTo("c" + id));
        if (!isUrgent) return;

        // Whichever answers first ends it.
        await Object(id).Settle(message.Id, Edge.DeliveriesTo(gateway)[0].Attempt, new(SettlementKind.Answered, new(true)));
        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Theory]
    [InlineData("alarm", 7, 3, 1)]
    [InlineData("control", 5, 10, 0)]
    [InlineData("background", 7, 10, 7)]
    public async Task Class_PromisesDelivery_TheCallComesAfterAThirdOfItAtMost(string serviceClass, int priority, int seconds, int more)
    {
        var (id, number) = await CreateWithPhoneAsync(("sleeping", "false"));
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "c" + id }, new(null, "</on>", null, Coap("c" + id)));
        await SendAsync(id, Draft("x", priority: priority, command: new("on", "POST", "/on", null)) with { Terms = new() { ServiceClass = serviceClass } });
        await PassAsync(id, TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Edge.DeliveriesTo(number));

        await PassAsync(id, TimeSpan.FromSeconds(more));
        // The priority of control is below those for which a call may be made.
        Assert.Equal(priority < 6 ? 0 : 1, Edge.DeliveriesTo(number).Count);
    }

    [Fact]
    public async Task Urgent_JustHeardOf_HasItsChanceToFetchFirst()
    {
        var (id, number) = await CreateWithPhoneAsync(("sleeping", "true"));
        await Object(id).Report(Proved(id, Bearer.Coap), Report("1"));
        await SendAsync(id, Draft("x", priority: 7));
        Assert.Empty(Edge.DeliveriesTo(number));

        await PassAsync(id, TimeSpan.FromSeconds(10));

        Assert.Single(Edge.DeliveriesTo(number));
    }

    [Fact]
    public async Task Send_PhoneAlone_GoesBySms()
    {
        var (id, number) = await CreateWithPhoneAsync();
        var message = await SendAsync(id, Draft("hello"));

        var delivery = Assert.Single(Edge.DeliveriesTo(number));
        Assert.Equal((message.Id, "text/plain"), (delivery.Message.Id, delivery.Message.ContentType));
    }

    [Fact]
    public async Task Send_PhoneBesideOthers_GoesBySmsOnlyWhereAskedFor()
    {
        var (id, number) = await SleeperAsync();
        var waits = await SendAsync(id, Draft("x"));
        Assert.Empty(Edge.DeliveriesTo(number));
        Assert.Contains((await Object(id).Explain(waits.Id)).Message.Paths ?? [], path => path.Reason == "taken only where it is asked for");

        await SendAsync(id, Draft("y", priority: 1) with { Terms = new() { Paths = new([Bearer.Sms]) } });

        Assert.Equal("text/plain", Assert.Single(Edge.DeliveriesTo(number)).Message.ContentType);
    }

    [Theory]
    [InlineData(9, 10, 300, 86_400)]
    [InlineData(6, 0, 300, 86_400)]
    [InlineData(6, 10, 300, 200)]
    public void Options_OutOfBounds_AreRefused(int priority, int after, int interval, int longest) => Assert.False(new WakeUpOptions
    {
        Priority = priority, After = TimeSpan.FromSeconds(after), Interval = TimeSpan.FromSeconds(interval), LongestInterval = TimeSpan.FromSeconds(longest),
    }.IsValid);
}
