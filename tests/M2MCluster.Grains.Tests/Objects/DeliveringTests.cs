using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class DeliveringTests(GrainCluster cluster) : GrainTests(cluster)
{
    private async Task<string> ConnectAsync(ObjectPatch? patch = null, string? session = null)
    {
        var id = await CreateAsync(patch);
        await Object(id).Attach(Proved(id), Mqtt(session ?? id), null);
        return id;
    }

    private Task SettleAsync(string id, Delivery delivery, SettlementKind kind, MessageResult? result = null, TimeSpan? retryAfter = null) =>
        Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(kind, result, retryAfter)).AsTask();

    [Theory]
    [InlineData(Confirmation.None, SettlementKind.Sent, Outcome.Sent)]
    [InlineData(Confirmation.None, SettlementKind.Lost, Outcome.Sent)]
    [InlineData(Confirmation.None, SettlementKind.Acknowledged, Outcome.Sent)]
    [InlineData(Confirmation.Delivered, SettlementKind.Acknowledged, Outcome.Delivered)]
    [InlineData(Confirmation.Delivered, SettlementKind.Answered, Outcome.Applied)]
    [InlineData(Confirmation.Applied, SettlementKind.Answered, Outcome.Applied)]
    public async Task Settle_Ladder_EndsAsConfirmationAsks(Confirmation confirmation, SettlementKind kind, Outcome outcome)
    {
        var id = await ConnectAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("x", sender, confirmation: confirmation));
        var delivery = Assert.Single(Edge.DeliveriesTo(id));

        await SettleAsync(id, delivery, kind, new(true));
        await SettleAsync(id, delivery, kind, new(true));

        Assert.Equal(outcome, (await FindAsync(message.Id)).Outcome);
        Assert.Single((await OutcomesAsync(sender))[$"messages/{message.Id}"]);
    }

    [Theory]
    [InlineData(Confirmation.Delivered, SettlementKind.Sent)]
    [InlineData(Confirmation.Delivered, SettlementKind.Lost)]
    [InlineData(Confirmation.Applied, SettlementKind.Acknowledged)]
    public async Task Settle_NotEnough_WaitsOn(Confirmation confirmation, SettlementKind kind)
    {
        var id = await ConnectAsync();
        var message = await SendAsync(id, Draft("x", confirmation: confirmation));

        await SettleAsync(id, Edge.DeliveriesTo(id)[0], kind);

        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Send_HigherPriorityThanAllUnderWay_GoesBesideIt()
    {
        var id = await ConnectAsync();
        foreach (var priority in new[] { 2, 2, 7, 6, 7 }) await SendAsync(id, Draft($"{priority}", priority: priority));

        Assert.Equal([2, 7], Edge.DeliveriesTo(id).Select(delivery => delivery.Message.Priority));
        await SettleAsync(id, Edge.DeliveriesTo(id)[1], SettlementKind.Acknowledged);
        Assert.Equal([2, 7, 7], Edge.DeliveriesTo(id).Select(delivery => delivery.Message.Priority));
        await SettleAsync(id, Edge.DeliveriesTo(id)[2], SettlementKind.Acknowledged);
        Assert.Equal([2, 7, 7, 6], Edge.DeliveriesTo(id).Select(delivery => delivery.Message.Priority));
        await SettleAsync(id, Edge.DeliveriesTo(id)[3], SettlementKind.Acknowledged);
        Assert.Equal(4, Edge.DeliveriesTo(id).Count);
    }

    [Fact]
    public async Task Settle_UnderWay_TheAttemptIsGivenMoreTime()
    {
        var id = await ConnectAsync();
        await SendAsync(id, Draft("x"));
        var delivery = Assert.Single(Edge.DeliveriesTo(id));
        for (var i = 0; i < 5; i++)
        {
            await SettleAsync(id, delivery, SettlementKind.UnderWay);
            await PassAsync(id, TimeSpan.FromSeconds(60));
        }

        Assert.Single(Edge.DeliveriesTo(id));
        await PassAsync(id, TimeSpan.FromMinutes(3));
        Assert.Equal(2, Edge.DeliveriesTo(id).Count);
    }

    [Fact]
    public async Task Settle_AcknowledgedThenResult_IsApplied()
    {
        var id = await ConnectAsync();
        var message = await SendAsync(id, Draft("x", confirmation: Confirmation.Applied));
        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Acknowledged);

        await Object(id).Report(Proved(id), Report("1"));
        Assert.Single(Edge.DeliveriesTo(id));
        await Object(id).Result(Proved(id), message.Id, new(true));

        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Settle_AcknowledgedOnASessionThatEnds_IsPushedAgainOnTheNext()
    {
        var id = await CreateAsync();
        var epoch = await Object(id).Attach(Proved(id), Mqtt("1" + id), null);
        var message = await SendAsync(id, Draft("x", confirmation: Confirmation.Applied));
        await SettleAsync(id, Assert.Single(Edge.DeliveriesTo("1" + id)), SettlementKind.Acknowledged);

        await Object(id).Detach(Bearer.Mqtt, epoch);
        await Object(id).Attach(Proved(id), Mqtt("2" + id), null);

        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo("2" + id)).Message.Id);
    }

    [Fact]
    public async Task Result_AfterDelivery_IsToldAndTheOutcomeStays()
    {
        var id = await ConnectAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("x", sender));
        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Acknowledged);

        Assert.Equal(ResultReceipt.Recorded, await Object(id).Result(Proved(id), message.Id, new(false)));
        Assert.Equal(ResultReceipt.Repeated, await Object(id).Result(Proved(id), message.Id, new(false)));

        var record = await FindAsync(message.Id);
        Assert.Equal((Outcome.Delivered, false), (record.Outcome, record.Result!.Ok));
        Assert.Single(await EventsAsync(sender, Contracts.Events.EventTypes.MessageResult));
    }

    [Fact]
    public async Task Settle_CommitFails_TheRepetitionEndsIt()
    {
        var id = await ConnectAsync();
        var message = await SendAsync(id, Draft("x"));
        var delivery = Edge.DeliveriesTo(id)[0];
        Cluster.Pipeline.Fail(id, Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, () => SettleAsync(id, delivery, SettlementKind.Acknowledged));
        await SettleAsync(id, delivery, SettlementKind.Acknowledged);

        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Settle_LateAttempt_ChangesNothing()
    {
        var id = await ConnectAsync();
        var message = await SendAsync(id, Draft("x"));
        var first = Edge.DeliveriesTo(id)[0];
        await SettleAsync(id, first, SettlementKind.Lost);
        await PassAsync(id, TimeSpan.FromSeconds(10));
        Assert.Equal(2, Edge.DeliveriesTo(id).Count);

        await SettleAsync(id, first, SettlementKind.Answered, new(false));

        Assert.Null((await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Settle_LostAgainAndAgain_BacksOff()
    {
        var id = await ConnectAsync();
        await SendAsync(id, Draft("x", ttl: 86_400));
        foreach (var seconds in new[] { 10, 20, 40, 80 })
        {
            var before = Edge.DeliveriesTo(id).Count;
            await SettleAsync(id, Edge.DeliveriesTo(id)[^1], SettlementKind.Lost);
            await PassAsync(id, TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(before, Edge.DeliveriesTo(id).Count);
            await PassAsync(id, TimeSpan.FromSeconds(1));
            Assert.Equal(before + 1, Edge.DeliveriesTo(id).Count);
        }
    }

    [Fact]
    public async Task Settle_Busy_IsTriedAgainWhenTheObjectSaid()
    {
        var id = await ConnectAsync();
        await SendAsync(id, Draft("x"));
        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Busy, retryAfter: TimeSpan.FromSeconds(30));

        await PassAsync(id, TimeSpan.FromSeconds(29));
        Assert.Single(Edge.DeliveriesTo(id));
        await PassAsync(id, TimeSpan.FromSeconds(1));
        Assert.Equal(2, Edge.DeliveriesTo(id).Count);
    }

    [Fact]
    public async Task Settle_LostAndALaterOneWithItsKeyWaits_IsSuperseded()
    {
        var id = await ConnectAsync();
        var first = await SendAsync(id, Draft("1", coalesce: "k"));
        var second = await SendAsync(id, Draft("2", coalesce: "k"));

        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Lost);

        Assert.Equal(Outcome.Superseded, (await FindAsync(first.Id)).Outcome);
        Assert.Equal(second.Id, Edge.DeliveriesTo(id)[1].Message.Id);
    }

    [Fact]
    public async Task Push_NothingHeard_IsGivenUpByTheDeadline()
    {
        var id = await ConnectAsync();
        await SendAsync(id, Draft("x"));

        await PassAsync(id, TimeSpan.FromMinutes(2));

        Assert.Equal(2, Edge.DeliveriesTo(id).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Push_InFlight_IsBounded(int inFlight)
    {
        var id = await ConnectAsync(new() { Preconfigured = Says(("inFlight", $"{inFlight}")) });
        for (var i = 0; i < 5; i++) await SendAsync(id, Draft($"{i}"));
        Assert.Equal(inFlight, Edge.DeliveriesTo(id).Count);

        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Acknowledged);

        Assert.Equal(inFlight + 1, Edge.DeliveriesTo(id).Count);
        Assert.Equal(Edge.DeliveriesTo(id).Count, Edge.DeliveriesTo(id).Select(delivery => delivery.Message.Id).Distinct().Count());
    }

    [Fact]
    public async Task Push_HigherPriority_OvertakesWhatWaits()
    {
        var id = await ConnectAsync();
        await SendAsync(id, Draft("under way"));
        await SendAsync(id, Draft("low"));
        var high = await SendAsync(id, Draft("high", priority: 7));

        await SettleAsync(id, Edge.DeliveriesTo(id)[0], SettlementKind.Acknowledged);

        Assert.Equal(high.Id, Edge.DeliveriesTo(id)[1].Message.Id);
    }

    [Fact]
    public async Task Attach_LaterSession_TakesOverWhatWasUnderWay()
    {
        var id = await CreateAsync();
        var first = await Object(id).Attach(Proved(id), Mqtt("s1" + id), null);
        var message = await SendAsync(id, Draft("x"));
        var old = Edge.DeliveriesTo("s1" + id)[0];

        var second = await Object(id).Attach(Proved(id), Mqtt("s2" + id), null);
        await SettleAsync(id, old, SettlementKind.Acknowledged);
        await Object(id).Detach(Bearer.Mqtt, first);

        Assert.True(second > first);
        Assert.Contains(("s1" + id, CloseReason.TakenOver), Edge.Closed);
        Assert.Equal(message.Id, Assert.Single(Edge.DeliveriesTo("s2" + id)).Message.Id);
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Equal(Reachability.Reachable, (await Object(id).Get()).Status.Reachability);
    }

    [Fact]
    public async Task Detach_UnderWay_WaitsForTheNextSession()
    {
        var id = await CreateAsync();
        var epoch = await Object(id).Attach(Proved(id), Mqtt("s1" + id), null);
        await SendAsync(id, Draft("x"));
        await Object(id).Detach(Bearer.Mqtt, epoch);

        await Object(id).Attach(Proved(id), Mqtt("s2" + id), null);

        Assert.Single(Edge.DeliveriesTo("s2" + id));
    }

    [Fact]
    public async Task Result_OverAnotherSession_IsToldToObserversAndNotToWhoGaveIt()
    {
        var id = await CreateAsync();
        var (observer, other) = ("o" + id, "p" + id);
        foreach (var session in new[] { observer, other })
            await Object(id).Attach(Proved(id, Bearer.Coap) with { Address = session }, Coap(session, ChannelTraits.Notices), null);
        var message = await SendAsync(id, Draft("x"));
        int Told(string session) => Edge.Notices.Count(notice => notice.Session == session);
        var (toldObserver, toldOther) = (Told(observer), Told(other));

        await Object(id).Result(Proved(id, Bearer.Coap) with { Address = other }, message.Id, new(true));

        Assert.Equal((toldObserver + 1, toldOther), (Told(observer), Told(other)));
    }

    [Fact]
    public async Task Fetch_CommandOfAServer_IsNotPushedBeside()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("sleeping", "true")) });
        await SendAsync(id, Draft("x", command: new("reboot", "POST", "/reboot")));
        await Object(id).Attach(Proved(id, Bearer.Coap), Coap("c" + id, ChannelTraits.Notices), null);
        await Object(id).Fetch(Proved(id, Bearer.Coap), null);

        await Object(id).Attach(Proved(id, Bearer.Coap), Coap("c" + id, ChannelTraits.Requests), null);

        Assert.Empty(Edge.DeliveriesTo("c" + id));
    }

    [Fact]
    public async Task Push_AddressMoved_TriesWhereTheObjectWasHeardOfLast()
    {
        var id = await RegisterServerAsync(PlainAccess.Full);
        await SendAsync(id, Draft("x", command: new("on", "POST", "/on")));
        await Object(id).Report(Claimed(id) with { Address = "198.51.100.9:1" }, Report("1"));

        await SettleAsync(id, Edge.DeliveriesTo("203.0.113.1:1" + id)[0], SettlementKind.Lost);
        await PassAsync(id, TimeSpan.FromSeconds(10));

        Assert.Single(Edge.DeliveriesTo("198.51.100.9:1"));
    }

    [Fact]
    public async Task Push_AddressOnlyClaimedByOneWhoMayNotFetch_GetsNothing()
    {
        var id = await RegisterServerAsync(PlainAccess.Reports);
        await SendAsync(id, Draft("x", command: new("on", "POST", "/on")));
        await Object(id).Report(Claimed(id) with { Address = "198.51.100.8:1" }, Report("1"));

        await SettleAsync(id, Edge.DeliveriesTo("203.0.113.1:1" + id)[0], SettlementKind.Lost);
        await PassAsync(id, TimeSpan.FromSeconds(10));

        Assert.Empty(Edge.DeliveriesTo("198.51.100.8:1"));
        Assert.Equal(2, Edge.DeliveriesTo("203.0.113.1:1" + id).Count);
    }

    private async Task<string> RegisterServerAsync(PlainAccess plain)
    {
        var id = await CreateAsync(new() { Plain = plain, Preconfigured = Says(("sleeping", "false")) });
        await Object(id).Register(Proved(id, Bearer.Coap) with { Address = "203.0.113.1:1" + id }, new(null, "</on>", null, Coap("203.0.113.1:1" + id)));
        return id;
    }
}
