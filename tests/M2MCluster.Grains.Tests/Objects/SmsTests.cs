using System.Collections.Immutable;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>Messages that an SMSC stores, and reports that come in parts.</summary>
public sealed class SmsTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static int _numbers = 100;

    [Fact]
    public async Task Stored_WaitsForItsReceiptThroughEveryDeadline()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400));
        await StoredAsync(id, number, "a1");

        await PassAsync(id, TimeSpan.FromHours(5));
        Assert.Single(Edge.DeliveriesTo(number));
        Assert.Contains("receipt", (await Object(id).Explain(message.Id)).WaitsFor, StringComparison.Ordinal);

        Assert.Equal(ReceiptStanding.Foreign, await ReceiptAsync(id, ReceiptState.Delivered, "a2"));
        Assert.Equal(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.OnItsWay, "a1"));
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Equal(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.Delivered, "161", "a1"));
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
        Assert.Equal(ReceiptStanding.Foreign, await ReceiptAsync(id, ReceiptState.Delivered, "a1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Transaction_ToAPhone_IsNoTextThatLooksLikeAnOrder(bool isPhone)
    {
        var (id, number) = await CreatePhoneAsync();
        if (!isPhone) await Object(id).AddCredential("op", CredentialKind.MqttSecret, null);
        var terms = isPhone ? null : new DeliveryTerms { Paths = new([Bearer.Sms]) };
        var receipt = await Object(id).Send(Draft("open the valve", ttl: 600, confirmation: Confirmation.Transaction) with { Terms = terms });
        await Object(id).Wake(0);

        Assert.Empty(Edge.DeliveriesTo(number));
        Assert.Contains(receipt.Warnings, warning => warning.Contains("order", StringComparison.Ordinal));
        await PassAsync(id, TimeSpan.FromSeconds(600));
        Assert.Equal(Outcome.Expired, (await FindAsync(receipt.Message.Id)).Outcome);
    }

    [Fact]
    public async Task Stored_WithoutReceipt_EndsUnknown()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 600));
        await StoredAsync(id, number, "a1");
        await ReceiptAsync(id, ReceiptState.Unknown, "a1");

        await PassAsync(id, TimeSpan.FromSeconds(600));

        Assert.Equal(Outcome.Unknown, (await FindAsync(message.Id)).Outcome);
        Assert.Single(Edge.DeliveriesTo(number));
    }

    [Fact]
    public async Task Stored_InParts_IsDeliveredWithTheLastOne()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x"));
        await StoredAsync(id, number, "a1", "a2", "a3");

        foreach (var reference in new[] { "a3", "a1", "a1", "a3" }) await ReceiptAsync(id, ReceiptState.Delivered, reference);
        Assert.Null((await FindAsync(message.Id)).Outcome);
        await ReceiptAsync(id, ReceiptState.Delivered, "a2");

        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Stored_AnotherGoesBesideIt()
    {
        var (id, number) = await CreatePhoneAsync();
        await SendAsync(id, Draft("1"));
        await SendAsync(id, Draft("2"));
        Assert.Single(Edge.DeliveriesTo(number));
        await StoredAsync(id, number, "a1");
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
    }

    [Fact]
    public async Task Stored_ToBeSentOnce_IsSent()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", confirmation: Confirmation.None));
        await StoredAsync(id, number, "a1");
        Assert.Equal(Outcome.Sent, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Stored_ToBeApplied_IsNotSentAgainWhileItsResultIsAwaited()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400, confirmation: Confirmation.Applied));
        await StoredAsync(id, number, "a1");
        await ReceiptAsync(id, ReceiptState.Delivered, "a1");
        await PassAsync(id, TimeSpan.FromHours(23));
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Single(Edge.DeliveriesTo(number));

        await Object(id).Result(Proved(id, Bearer.Sms), message.Id, new(true));
        Assert.Equal(Outcome.Applied, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Submitting_AndThenNothing_IsNotSentAgain_AndEndsByTheReceiptThatNamesIt()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400));
        var attempt = await SubmittingAsync(id, number);

        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromHours(5));
        Assert.Single(Edge.DeliveriesTo(number));
        Assert.Contains((await Object(id).Explain(message.Id)).Message.Steps, step => step.What.Contains("may have it", StringComparison.Ordinal));
        Assert.Equal(ReceiptStanding.Foreign, await ReceiptAsync(id, ReceiptState.Delivered, "a1"));

        Assert.Equal(ReceiptStanding.Recorded, await NamedReceiptAsync(id, attempt, ReceiptState.OnItsWay, "a1"));
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Equal(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.Delivered, "a1"));
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Submitting_InParts_IsDeliveredWithTheReceiptsOfAll()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x"));
        var attempt = await SubmittingAsync(id, number, parts: 3);
        await Cluster.ForgetAsync(Object(id));

        foreach (var reference in new[] { "a3", "a1", "a3" }) await NamedReceiptAsync(id, attempt, ReceiptState.Delivered, reference);
        Assert.Null((await FindAsync(message.Id)).Outcome);
        await NamedReceiptAsync(id, attempt, ReceiptState.Delivered, "a2");

        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Submitting_OfAClassThatIsToArriveAtLeastOnce_IsSentAgainAfterAWhile(bool forgotten)
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400) with { Terms = new() { ServiceClass = "alarm" } });
        var first = await SubmittingAsync(id, number);
        if (forgotten) await Cluster.ForgetAsync(Object(id));
        else await Object(id).Settle(message.Id, first, new(SettlementKind.InDoubt));
        await PassAsync(id, TimeSpan.FromSeconds(119));
        Assert.Single(Edge.DeliveriesTo(number));

        await PassAsync(id, TimeSpan.FromSeconds(1));
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
        var second = await SubmittingAsync(id, number);
        Assert.NotEqual(first, second);
        await StoredAsync(id, number, "a2");
        await ReceiptAsync(id, ReceiptState.Delivered, "a2");
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task InDoubt_OfAClassThatIsToArriveAtLeastOnce_IsNotSentAgainOnceTheSmscSpeaksOfIt()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400) with { Terms = new() { ServiceClass = "alarm" } });
        var attempt = await SubmittingAsync(id, number);
        await Object(id).Settle(message.Id, attempt, new(SettlementKind.InDoubt));
        await NamedReceiptAsync(id, attempt, ReceiptState.OnItsWay, "a1");
        await PassAsync(id, TimeSpan.FromHours(1));
        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromHours(1));

        Assert.Single(Edge.DeliveriesTo(number));
        await ReceiptAsync(id, ReceiptState.Delivered, "a1");
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Submitting_WhatWaitsNoMore_IsNotToBeHandedOver()
    {
        var (id, number) = await CreatePhoneAsync();
        var cancelled = await SendAsync(id, Draft("x"));
        await Object(id).Cancel("app", cancelled.Id);
        var attempt = Edge.DeliveriesTo(number)[0].Attempt;
        Assert.False(await Subscriber(id).Submitting(cancelled.Id, attempt, 1));

        var refused = await SendAsync(id, Draft("y"));
        attempt = await SubmittingAsync(id, number);
        await Object(id).Settle(refused.Id, attempt, new(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(30)));
        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromSeconds(120));
        Assert.Equal(3, Edge.DeliveriesTo(number).Count);
    }

    [Fact]
    public async Task Object_HeardOverIpWithoutACredential_IsNoPhone()
    {
        Cluster.Edges.Register(Bearer.Sms, Edge);
        var number = Number();
        var id = await CreateAsync(new() { Names = [$"tel:{number}"], Plain = PlainAccess.Full });
        await Object(id).Report(Proved(id, Bearer.Sms), Report("by text"));
        await SendAsync(id, Draft("a phone so far"));
        Assert.Single(Edge.DeliveriesTo(number));

        await Object(id).Report(Claimed(id), Report("21"));
        await Cluster.ForgetAsync(Object(id));
        var waits = await SendAsync(id, Draft("waits"));
        Assert.Single(Edge.DeliveriesTo(number));
        Assert.Equal(waits.Id, (await Object(id).Fetch(Claimed(id), waits.Id))!.Id);

        // Likewise one that was heard of before it bore a number.
        var other = await CreateAsync(new() { Plain = PlainAccess.Full });
        await Object(other).Report(Claimed(other), Report("21"));
        var later = Number();
        await Object(other).Update("op", new() { Names = [$"tel:{later}"] });
        await SendAsync(other, Draft("waits"));
        Assert.Empty(Edge.DeliveriesTo(later));
    }

    [Fact]
    public async Task Receipt_BeforeTheObjectKnowsTheId_IsToComeAgain()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x"));
        Assert.Equal(ReceiptStanding.Early, await ReceiptAsync(id, ReceiptState.Delivered, "a1"));
        await StoredAsync(id, number, "a1");
        await ReceiptAsync(id, ReceiptState.Delivered, "a1");
        Assert.Equal(Outcome.Delivered, (await FindAsync(message.Id)).Outcome);
    }

    [Theory]
    [InlineData(Confirmation.Delivered, false)]
    [InlineData(Confirmation.Delivered, true)]
    [InlineData(Confirmation.Applied, false)]
    [InlineData(Confirmation.Applied, true)]
    public async Task Receipt_Expired_TriesAgainLater_AndWhatIsHeardOfTheFirstAttemptCountsStill(Confirmation confirmation, bool forgets)
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", confirmation: confirmation));
        await StoredAsync(id, number, "a1");
        await ReceiptAsync(id, ReceiptState.Expired, "a1");
        await PassAsync(id, TimeSpan.FromSeconds(10));
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
        await StoredAsync(id, number, "a2");
        if (forgets) await Cluster.ForgetAsync(Object(id));

        Assert.Equal(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.Undeliverable, "a1"));
        Assert.Null((await FindAsync(message.Id)).Outcome);
        Assert.Equal(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.Delivered, "a1"));
        if (confirmation == Confirmation.Applied)
        {
            if (forgets) await Cluster.ForgetAsync(Object(id));
            var why = await Object(id).Explain(message.Id);
            Assert.Equal(((Outcome?)null, WaitReason.Result), (why.Message.Outcome, why.Reason));
            await PassAsync(id, TimeSpan.FromMinutes(30));
            Assert.Equal(2, Edge.DeliveriesTo(number).Count);
            await Object(id).Result(Proved(id, Bearer.Sms), message.Id, new(true));
        }

        var ended = await FindAsync(message.Id);
        Assert.Equal(confirmation == Confirmation.Applied ? Outcome.Applied : Outcome.Delivered, ended.Outcome);
        Assert.NotEqual(ReceiptStanding.Recorded, await ReceiptAsync(id, ReceiptState.Delivered, "a2"));
    }

    [Fact]
    public async Task InDoubt_SentAgain_AReceiptThatNamesTheFirstAttemptEndsIt()
    {
        var (id, number) = await CreatePhoneAsync();
        var message = await SendAsync(id, Draft("x", ttl: 86_400) with { Terms = new() { ServiceClass = "alarm" } });
        var first = await SubmittingAsync(id, number);
        await Object(id).Settle(message.Id, first, new(SettlementKind.InDoubt));
        await PassAsync(id, TimeSpan.FromMinutes(3));
        Assert.Equal(2, Edge.DeliveriesTo(number).Count);
        await SubmittingAsync(id, number);
        await StoredAsync(id, number, "a2");

        Assert.Equal(ReceiptStanding.Recorded, await NamedReceiptAsync(id, first, ReceiptState.Delivered, "a1"));
        var ended = await FindAsync(message.Id);
        Assert.Equal(Outcome.Delivered, ended.Outcome);
        Assert.EndsWith("of an earlier attempt", ended.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_Undeliverable_FailsWhatHasNoOtherWay_AndLeavesSmsElse()
    {
        var (phone, number) = await CreatePhoneAsync();
        var toPhone = await SendAsync(phone, Draft("x"));
        await StoredAsync(phone, number, "a1");
        await ReceiptAsync(phone, ReceiptState.Undeliverable, "a1");
        Assert.Equal(Outcome.Failed, (await FindAsync(toPhone.Id)).Outcome);

        var (device, other) = await CreatePhoneAsync();
        await Object(device).AddCredential("op", CredentialKind.MqttSecret, null);
        var toDevice = await SendAsync(device, Draft("x", ttl: 86_400) with { Terms = new() { Paths = new([Bearer.Mqtt, Bearer.Sms]) } });
        await StoredAsync(device, other, "b1");
        await ReceiptAsync(device, ReceiptState.Undeliverable, "b1");
        await PassAsync(device, TimeSpan.FromHours(1));
        Assert.Single(Edge.DeliveriesTo(other));
        await Object(device).Attach(Proved(device), Mqtt(device), null);
        Assert.Equal(toDevice.Id, Assert.Single(Edge.DeliveriesTo(device)).Message.Id);
    }

    [Fact]
    public async Task Device_WithNumber_GetsBySmsOnlyWhatAsksForIt()
    {
        var (id, number) = await CreatePhoneAsync();
        await Object(id).AddCredential("op", CredentialKind.MqttSecret, null);
        await SendAsync(id, Draft("plain"));
        Assert.Empty(Edge.DeliveriesTo(number));
        var named = await SendAsync(id, Draft("named") with { Terms = new() { Paths = new([Bearer.Sms]) } });
        Assert.Equal(named.Id, Assert.Single(Edge.DeliveriesTo(number)).Message.Id);
    }

    [Fact]
    public async Task Gateway_WithNumber_IsNoWayToItsChildren()
    {
        var number = Number();
        Cluster.Edges.Register(Bearer.Sms, Edge);
        var gateway = await CreateAsync(new() { Names = [$"tel:{number}"] }, ObjectKind.Gateway);
        var child = await CreateAsync(new() { Gateway = gateway });
        await SendAsync(child, Draft("x"));
        Assert.Empty(Edge.DeliveriesTo(number));
    }

    [Fact]
    public async Task Gather_PartsInAnyOrderAndTwice_GiveTheWholeUntilItIsReported()
    {
        var (id, _) = await CreatePhoneAsync();
        Assert.Null(await GatherAsync(id, "7", 2, "b"));
        Assert.Null(await GatherAsync(id, "8", 1, "x"));
        Assert.Null(await GatherAsync(id, "7", 2, "b"));
        Assert.Equal("ab", await GatherAsync(id, "7", 1, "a"));
        // The report of it was not stored: the last part comes again.
        Assert.Equal("ab", await GatherAsync(id, "7", 1, "a"));
        await Object(id).Report(Proved(id, Bearer.Sms), Report("ab") with { Gathered = "7" });
        // One that comes again is not the beginning of another message; later it may be.
        Assert.Null(await GatherAsync(id, "7", 2, "b"));
        Assert.Null(await GatherAsync(id, "7", 1, "a"));
        await PassAsync(id, TimeSpan.FromMinutes(11));
        Assert.Null(await GatherAsync(id, "7", 1, "c"));
        Assert.Null(await GatherAsync(id, "7", 1, "d"));
        Assert.Equal("de", await GatherAsync(id, "7", 2, "e"));
        Assert.Equal("xy", await GatherAsync(id, "8", 2, "y"));
    }

    [Fact]
    public async Task Gather_RestDoesNotComeWithinADay_IsToldOnceByItself()
    {
        var (id, _) = await CreatePhoneAsync();
        var hears = await ListenAsync($"object = \"{id}\"");
        await GatherAsync(id, "7", 2, "b");

        await PassAsync(id, TimeSpan.FromHours(23));
        Assert.Empty(await EventsAsync(hears, EventTypes.ObjectFault));
        await PassAsync(id, TimeSpan.FromHours(2));
        await PassAsync(id, TimeSpan.FromDays(2));

        var kept = Assert.Single(await ReportsAsync(id));
        Assert.Equal("b", Encoding.UTF8.GetString(kept.Payload));
        Assert.EndsWith("only 2 came", kept.Fault, StringComparison.Ordinal);
        Assert.Single(await EventsAsync(hears, EventTypes.ObjectFault));
    }

    [Fact]
    public async Task Gather_WhatIsNeverWhole_IsForgotten()
    {
        var (id, _) = await CreatePhoneAsync();
        await GatherAsync(id, "7", 1, "old ");
        await PassAsync(id, TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Null(await GatherAsync(id, "7", 2, "new"));
        // So much that the first of them have no room.
        Assert.Null(await GatherAsync(id, "8", 1, new string('x', 30_000)));
        Assert.Null(await GatherAsync(id, "9", 1, new string('y', 30_000)));
        Assert.Null(await GatherAsync(id, "8", 2, "z"));
        await RefusedAsync(ErrorCode.InvalidArgument, async () => await GatherAsync(id, "7", 3, "out of range"));
    }

    private static string Number() => $"+4916{Interlocked.Increment(ref _numbers)}";

    private async Task<(string Id, string Number)> CreatePhoneAsync()
    {
        Cluster.Edges.Register(Bearer.Sms, Edge);
        var number = Number();
        return (await CreateAsync(new() { Names = [$"tel:{number}"] }), number);
    }

    /// <summary>The SMSC has the last one that was pushed.</summary>
    private async Task StoredAsync(string id, string number, params ImmutableArray<string> references)
    {
        var delivery = Edge.DeliveriesTo(number)[^1];
        await Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(SettlementKind.Stored) { References = references });
    }

    private async Task<ReceiptStanding> ReceiptAsync(string id, ReceiptState state, params ImmutableArray<string> readings) =>
        await Subscriber(id).Receipt(new(readings, state, state.ToString()));

    /// <summary>The last one that was pushed is about to be handed to the SMSC. Returns its attempt.</summary>
    private async Task<long> SubmittingAsync(string id, string number, int parts = 1)
    {
        var delivery = Edge.DeliveriesTo(number)[^1];
        Assert.True(await Subscriber(id).Submitting(delivery.Message.Id, delivery.Attempt, parts));
        return delivery.Attempt;
    }

    private async Task<ReceiptStanding> NamedReceiptAsync(string id, long attempt, ReceiptState state, string reference) =>
        await Subscriber(id).Receipt(new([reference], state, state.ToString(), SmsBearer.ReferenceOf(attempt)));

    private async Task<string?> GatherAsync(string id, string gathering, int number, string text) =>
        await Subscriber(id).Gather(Proved(id, Bearer.Sms), new(gathering, number, 2, Encoding.UTF8.GetBytes(text))) is { } whole ? Encoding.UTF8.GetString(whole) : null;

    private ISubscriberGrain Subscriber(string id) => Cluster.Grains.GetGrain<ISubscriberGrain>(id);
}
