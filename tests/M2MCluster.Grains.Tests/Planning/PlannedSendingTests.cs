using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Planning;

[CollectionDefinition(nameof(PlannedCluster))]
public sealed class PlannedClusterTests : ICollectionFixture<PlannedCluster>;

[Collection(nameof(PlannedCluster))]
public sealed class PlannedSendingTests(PlannedCluster cluster) : GrainTests(cluster)
{
    private static readonly TimeSpan SixHours = TimeSpan.FromHours(6);

    private DateTimeOffset Now => Cluster.Time.GetUtcNow();

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
    public async Task Planner_IsLost_NothingLeavesUntilTheNextSlot()
    {
        var id = await ConnectedAsync(Cluster.Fresh("cell"));
        var next = await ConnectedAsync(Cluster.Fresh("cell"));
        await NextMinuteAsync();
        await SendAsync(id, Draft("x"));
        Cluster.Pipeline.Fail("MQTT", Fault.Before);
        await Cluster.ForgetAsync(Planner);

        await SendAsync(next, Draft("x"));

        Assert.Equal(0, Delivered([next]));
        await NextMinuteAsync([next]);
        Assert.Equal(1, Delivered([next]));
    }

    [Fact]
    public async Task Planner_EndsInOrder_TheBudgetHoldsOn()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell + 1; i++) ids.Add(await ConnectedAsync(cell));
        var other = await ConnectedAsync(Cluster.Fresh("cell"));
        await NextMinuteAsync();
        foreach (var id in ids.Take(2)) await SendAsync(id, Draft("x"));
        await Cluster.ForgetAsync(Planner);

        foreach (var id in ids.Skip(2).Append(other)) await SendAsync(id, Draft("x"));

        Assert.Equal(PlannedCluster.OfCell, Delivered(ids));
        Assert.Equal(1, Delivered([other]));
    }

    [Fact]
    public async Task Fetch_BudgetOfTheCellIsUsedUp_NothingIsThereYet()
    {
        var cell = Cluster.Fresh("cell");
        var ids = new List<string>();
        for (var i = 0; i < PlannedCluster.OfCell; i++) ids.Add(await ConnectedAsync(cell));
        var sleeper = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{cell}\"")) });
        await SendAsync(sleeper, Draft("x"));
        await NextMinuteAsync();
        foreach (var id in ids) await SendAsync(id, Draft("x"));

        Assert.Null(await Object(sleeper).Fetch(Proved(sleeper), null));
        await NextMinuteAsync([sleeper]);
        var fetched = await Object(sleeper).Fetch(Proved(sleeper), null);

        Assert.NotNull(fetched);
        Assert.Equal(fetched.Id, (await Object(sleeper).Fetch(Proved(sleeper), fetched.Id))!.Id);
    }

    private IPlannerGrain Planner => Cluster.Grains.GetGrain<IPlannerGrain>((long)Bearer.Mqtt);

    private static MessageDraft Waits(string text, TimeSpan tolerance, int ttl = 2 * 86_400) => Draft(text, ttl: ttl) with { Terms = new() { Tolerance = tolerance } };

    private static bool IsNight(DateTimeOffset at) => at.Hour is >= 22 or < 6;

    private int Delivered(IEnumerable<string> ids) => ids.Sum(id => Edge.DeliveriesTo(id).Count);

    private async Task<string> ConnectedAsync(string cell)
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{cell}\""), ("sleeping", "false")) });
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        return id;
    }

    private async Task AcknowledgeAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            foreach (var delivery in Edge.DeliveriesTo(id)) await Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(SettlementKind.Acknowledged));
        }
    }

    private Task MoveToSlotOfAsync(MessageRecord message)
    {
        var start = new DateTimeOffset(message.Plan!.At.Ticks - (message.Plan.At.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (start > Now) Cluster.Time.Advance(start - Now);
        return Task.CompletedTask;
    }

    private async Task NextMinuteAsync(IEnumerable<string>? ids = null)
    {
        Cluster.Time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (Now.Ticks % TimeSpan.TicksPerMinute)));
        foreach (var id in ids ?? []) await PassAsync(id, TimeSpan.Zero);
        // Within the slot the later ones come later.
        if (ids is null) return;
        Cluster.Time.Advance(TimeSpan.FromSeconds(59));
        foreach (var id in ids) await PassAsync(id, TimeSpan.Zero);
    }
}
