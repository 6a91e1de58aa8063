using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Tests.Planning;

public sealed class PlannedSendingTests(PlannedCluster cluster) : PlannedTests(cluster)
{
    private static readonly TimeSpan SixHours = TimeSpan.FromHours(6);

    [Fact]
    public async Task Send_ToleratesADay_WaitsForTheCheapNightAndSaysSo()
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"));
        while (IsNight(Now)) Cluster.Time.Advance(TimeSpan.FromHours(1));

        var message = await SendAsync(id, Waits("x", TimeSpan.FromDays(1)));

        Assert.True(IsNight(message.Plan!.At));
        Assert.Empty(Edge.DeliveriesTo(id));
        var why = await Object(id).Explain(message.Id);
        Assert.Contains("cheaper", why.WaitsFor, StringComparison.Ordinal);
        Assert.Equal(message.Plan.At, why.WaitsUntil);
        await PassAsync(id, message.Plan.At - Now - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Edge.DeliveriesTo(id));
        await PassAsync(id, TimeSpan.FromMilliseconds(2));
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Send_ToleratesNothing_LeavesAtOnce()
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"));

        var message = await SendAsync(id, Draft("x"));

        Assert.Null(message.Plan);
        Assert.Single(Edge.DeliveriesTo(id));
    }

    [Fact]
    public async Task Send_Tolerant_NeverPastItsBoundNorAfterItExpires()
    {
        var cell = Cluster.Fresh("cell");
        foreach (var (tolerance, ttl) in new[] { (60, 3600), (3600, 60), (7200, 7200), (1, 30) })
        {
            var id = await ConnectedAsync(cell);
            var message = await SendAsync(id, Waits("x", TimeSpan.FromSeconds(tolerance), ttl));

            Assert.InRange(message.Plan!.At, message.AcceptedAt, message.AcceptedAt + TimeSpan.FromSeconds(tolerance));
            Assert.True(message.Plan.At < message.ExpiresAt);
        }
    }

    [Fact]
    public async Task Send_BudgetOfTheCellIsUsedUp_TheRestWaitsItsTurn()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < (2 * PlannedCluster.OfCell) + 1; i++) ids.Add(await ConnectedAsync(cell));
        var other = await ConnectedAsync(Cluster.Fresh("cell"));
        await NextMinuteAsync();

        var messages = new List<MessageRecord>();
        var sender = await ListenAsync(null);
        foreach (var id in ids) messages.Add(await SendAsync(id, Draft("x", sender, ttl: 86_400)));
        await SendAsync(other, Draft("x"));

        Assert.Equal(PlannedCluster.OfCell, Delivered(ids));
        Assert.Equal(1, Delivered([other]));
        Assert.Contains("budget", (await Object(ids[^1]).Explain(messages[^1].Id)).WaitsFor, StringComparison.Ordinal);
        // Each that has to wait, once; also if it has to wait again.
        Assert.Equal(ids.Count - PlannedCluster.OfCell, (await EventsAsync(sender, EventTypes.MessageWarning)).Count);
        for (var minutes = 1; minutes <= 3; minutes++)
        {
            await AcknowledgeAsync(ids);
            await NextMinuteAsync(ids);
            Assert.Equal(Math.Min(ids.Count, PlannedCluster.OfCell * (minutes + 1)), Delivered(ids));
        }
    }

    [Fact]
    public async Task Attach_AFurtherCopyMayLeave_OnlyWithinTheBudget()
    {
        var cell = Cluster.Fresh("cell");
        var others = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell; i++) others.Add(await ConnectedAsync(cell));
        var id = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{cell}\""), ("sleeping", "false")) });
        await Object(id).Attach(Proved(id, Bearer.Coap), Coap($"coap-{id}"), null);
        await NextMinuteAsync();
        foreach (var other in others) await SendAsync(other, Draft("x"));

        await SendAsync(id, Draft("x", command: new("x", "POST", "/x")) with { Terms = new() { Paths = new([]) { Copies = 2 } } });
        Assert.Single(Edge.DeliveriesTo($"coap-{id}"));
        await Object(id).Attach(Proved(id), Mqtt(id), null);

        Assert.Equal(PlannedCluster.OfCell, Delivered([.. others, id]));
        await NextMinuteAsync([id]);
        Assert.Equal(1, Delivered([id]));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(600, 1)]
    public async Task Send_BudgetIsUsedUpAndAnotherWayIsOpen_WhatCannotWaitTakesIt(int tolerance, int copies)
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"), inFlight: 16);
        await Object(id).Attach(Proved(id, Bearer.Coap), Coap($"coap-{id}"), null);
        await NextMinuteAsync();
        var command = Draft("x", ttl: 7200, command: new("x", "POST", "/x"));
        for (var i = 0; i < PlannedCluster.OfCell; i++) await SendAsync(id, Draft("x"));

        var terms = new DeliveryTerms { Tolerance = TimeSpan.FromSeconds(tolerance), Paths = new([]) { Copies = copies, Preference = PathPreference.Fastest } };
        var message = await SendAsync(id, command with { Terms = terms });
        await PassAsync(id, TimeSpan.Zero);

        Assert.Equal(tolerance == 0 ? 1 : 0, Edge.DeliveriesTo($"coap-{id}").Count);
        Assert.DoesNotContain(Edge.DeliveriesTo(id), sent => sent.Message.Id == message.Id);
        await AcknowledgeAsync([id]);
        await PassAsync(id, tolerance == 0 ? TimeSpan.FromMinutes(1) : message.Plan!.At - Now);
        Assert.Equal(tolerance > 0 || copies > 1, Edge.DeliveriesTo(id).Any(sent => sent.Message.Id == message.Id));
    }

    [Fact]
    public async Task Send_WhileAnEarlierOneWaitsForItsTurn_ComesAfterIt()
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"), inFlight: 16);
        await NextMinuteAsync();
        for (var i = 0; i < PlannedCluster.OfCell + 2; i++) await SendAsync(id, Draft($"{i}"));
        Cluster.Time.Advance(TimeSpan.FromMinutes(1));
        await PassAsync(id, TimeSpan.Zero);

        await SendAsync(id, Draft("later"));
        await SendAsync(id, Draft("above", priority: 1));
        for (var seconds = 0; seconds < 240; seconds += 20)
        {
            await AcknowledgeAsync([id]);
            await PassAsync(id, TimeSpan.FromSeconds(20));
        }

        var order = Edge.DeliveriesTo(id).Select(sent => sent.Message).DistinctBy(message => message.Id).ToList();
        Assert.Equal(PlannedCluster.OfCell + 4, order.Count);
        Assert.Equal(order.Where(message => message.Priority == 0).Select(message => message.Id).Order(), order.Where(message => message.Priority == 0).Select(message => message.Id));
    }

    [Fact]
    public async Task Send_UrgentInAPlannedSlot_DisplacesWhatCanWait()
    {
        var cell = Cluster.Fresh("cell");
        var waits = await ConnectedAsync(cell);
        var later = Waits("x", SixHours);
        var message = await SendAsync(waits, later with { Terms = later.Terms! with { NotBefore = Now + TimeSpan.FromHours(1) } });
        var urgent = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell; i++) urgent.Add(await ConnectedAsync(cell));
        await MoveToSlotOfAsync(message);

        foreach (var id in urgent) await SendAsync(id, Draft("now"));
        await PassAsync(waits, message.Plan!.At - Now + TimeSpan.FromMilliseconds(1));

        Assert.Equal(PlannedCluster.OfCell, Delivered(urgent));
        Assert.Equal(0, Delivered([waits]));
        var until = (await Object(waits).Explain(message.Id)).WaitsUntil!.Value;
        Assert.InRange(until, Now, message.Latest!.Value);
        await PassAsync(waits, until - Now + TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, Delivered([waits]));
    }

    [Fact]
    public async Task Send_ToAGroup_MembersAreWithinTheirBudget()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell + 2; i++) ids.Add(await ConnectedAsync(cell));
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. ids]);
        await NextMinuteAsync();

        await group.Send(Waits("x", TimeSpan.FromMinutes(10)));
        foreach (var id in ids) await Object(id).Wake(0);

        Assert.InRange(Delivered(ids), 0, PlannedCluster.OfCell);
        for (var minutes = 0; minutes < 10; minutes++)
        {
            var before = Delivered(ids);
            await AcknowledgeAsync(ids);
            await NextMinuteAsync(ids);
            Assert.InRange(Delivered(ids) - before, 0, PlannedCluster.OfCell);
        }

        Assert.Equal(ids.Count, Delivered(ids));
    }

    [Fact]
    public async Task Fetch_BudgetOfTheCellIsUsedUp_IsToldWhenToComeAgain()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell; i++) ids.Add(await ConnectedAsync(cell));
        var sleeper = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{cell}\"")) });
        await SendAsync(sleeper, Draft("x"));
        await NextMinuteAsync();
        foreach (var id in ids) await SendAsync(id, Draft("x"));

        var refusal = await RefusedAsync(ErrorCode.Unavailable, async () => await Object(sleeper).Fetch(Proved(sleeper), null));
        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(1));
        await NextMinuteAsync([sleeper]);
        var fetched = await Object(sleeper).Fetch(Proved(sleeper), null);

        Assert.NotNull(fetched);
        Assert.Equal(fetched.Id, (await Object(sleeper).Fetch(Proved(sleeper), fetched.Id))!.Id);
    }

    [Fact]
    public async Task Send_CellIsSharedByAGroup_ItsBudgetCounts()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell + 1; i++) ids.Add(await ConnectedAsync(Cluster.Fresh("cell")));
        await Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group")).Make("op", new(Characteristics: Says(("cell", $"\"{cell}\""))), [.. ids]);
        await NextMinuteAsync();

        foreach (var id in ids) await SendAsync(id, Draft("x"));

        Assert.Equal(PlannedCluster.OfCell, Delivered(ids));
    }

    [Fact]
    public async Task Send_LargerThanASlotLetsThrough_IsRefusedOrWaitsForAnotherBearer()
    {
        var id = await ConnectedAsync("narrow");
        var large = Draft(new string('x', PlannedCluster.NarrowBytes + 1));

        var refusal = await RefusedAsync(ErrorCode.InvalidArgument, async () => await Object(id).Send(large with { Terms = new() { Paths = new([Bearer.Mqtt]) } }));
        Assert.Equal("payload", refusal.Field);
        var receipt = await Object(id).Send(large);

        // CoAP has no budget here, and the object may come that way.
        Assert.Contains(receipt.Warnings, warning => warning.Contains("at most 100", StringComparison.Ordinal));
        await NextMinuteAsync([id]);
        Assert.Equal(0, Delivered([id]));
        await RefusedAsync(ErrorCode.TooLarge, async () => await Object(id).Fetch(Proved(id), receipt.Message.Id));
        Assert.Null(await Object(id).Fetch(Proved(id), null));
        Assert.Equal(receipt.Message.Id, (await Object(id).Fetch(Proved(id, Bearer.Coap), null))!.Id);
    }

    [Fact]
    public async Task Send_ToAGroupLargerThanASlotLetsThrough_MembersFail()
    {
        var id = await ConnectedAsync("narrow");
        var sender = await ListenAsync(null);
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [id]);

        await group.Send(Draft(new string('x', PlannedCluster.NarrowBytes + 1), sender) with { Terms = new() { Paths = new([Bearer.Mqtt]) } });
        await Object(id).Wake(0);

        Assert.Contains("FAILED", (await OutcomesAsync(sender)).SelectMany(outcomes => outcomes));
    }

    [Fact]
    public async Task Send_TolerantToASleeper_IsFreeWhenItWakesForTheLastTimeWithinTheBound()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{Cluster.Fresh("cell")}\""), ("reportPeriod", "7200")) });
        await Object(id).Report(Proved(id), Report("awake"));
        var seen = Now;
        Cluster.Time.Advance(TimeSpan.FromHours(1));

        // The last times at which it wakes within six hours and a half are three and five hours from now.
        for (var i = 0; i < 10; i++)
        {
            var message = await SendAsync(id, Waits("x", TimeSpan.FromMinutes(390)));
            Assert.InRange(message.Plan!.At, message.AcceptedAt, seen.AddHours(6));
            Assert.Equal(message.AcceptedAt.AddMinutes(390), message.Plan.Latest);
        }
    }
}
