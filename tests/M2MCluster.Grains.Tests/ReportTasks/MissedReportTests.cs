using System.Text.Json;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.ReportTasks;

/// <summary>What was scheduled and did not come is noticed, once each time (6.6.b).</summary>
public sealed class MissedReportTests(GrainCluster cluster) : ReportTaskTests(cluster)
{
    [Fact]
    public async Task Silence_OfAnObjectThatWasTold_EachReportIsMissedOnce()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        await BeginAsync(Every(600, $"objects/{id}", app, grace: 60));
        await Object(id).Config(Proved(id));
        for (var i = 0; i < 3; i++)
        {
            await PassAsync(id, TimeSpan.FromSeconds(600));
            await Object(id).Report(Proved(id), Report("1"));
        }

        await PassAsync(id, TimeSpan.FromSeconds(659));
        Assert.Empty(await MissedAsync(app));
        await Cluster.ForgetAsync(Object(id));
        await PassAsync(id, TimeSpan.FromSeconds(1));
        var missed = Assert.Single(await MissedAsync(app));
        Assert.Equal((1, 1, true), (missed.GetProperty("count").GetInt32(), missed.GetProperty("inARow").GetInt32(), missed.GetProperty("told").GetBoolean()));

        await PassAsync(id, TimeSpan.FromSeconds(599));
        Assert.Single(await MissedAsync(app));
        await PassAsync(id, TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await MissedAsync(app)).Count);

        await Object(id).Report(Proved(id), Report("1"));
        await PassAsync(id, TimeSpan.FromSeconds(600));
        Assert.Equal(2, (await MissedAsync(app)).Count);
    }

    [Fact]
    public async Task Silence_WhileThePlatformWasAway_IsOneEventThatCounts()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        var task = await BeginAsync(Every(60, $"objects/{id}", app, grace: 10));
        await Object(id).Config(Proved(id));

        await PassAsync(id, TimeSpan.FromSeconds((5 * 60) + 10));

        Assert.Equal(5, Assert.Single(await MissedAsync(app)).GetProperty("count").GetInt32());
        Assert.Equal(5, (await task.Get()).Outlook!.Missed);
    }

    [Fact]
    public async Task Silence_OfAnObjectThatWasNotTold_IsToldOnceUntilItIs()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        await BeginAsync(Every(60, $"objects/{id}", app, grace: 10));

        await PassAsync(id, TimeSpan.FromSeconds(70));
        await PassAsync(id, TimeSpan.FromSeconds(600));
        Assert.False(Assert.Single(await MissedAsync(app)).GetProperty("told").GetBoolean());

        await Object(id).Config(Proved(id));
        await PassAsync(id, TimeSpan.FromSeconds(70));
        await PassAsync(id, TimeSpan.FromSeconds(60));
        Assert.Equal(3, (await MissedAsync(app)).Count);
    }

    [Fact]
    public async Task Report_ThatComesAfterItWasMissedAndBeforeThatIsLookedAt_WasMissed()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        await BeginAsync(Every(60, $"objects/{id}", app, grace: 10));
        await Object(id).Config(Proved(id));

        Cluster.Time.Advance(TimeSpan.FromSeconds(71));
        await Object(id).Report(Proved(id), Report("late"));
        await PassAsync(id, TimeSpan.FromSeconds(1));

        Assert.Single(await MissedAsync(app));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Silence_AfterTheTaskWasDeletedOrTheGroupLeft_IsNotMissed(bool isDeleted, bool reports)
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(), [id]);
        var task = await BeginAsync(Every(60, $"groups/{group.GetPrimaryKeyString()}", app, grace: 10));
        await Object(id).Config(Proved(id));
        // By a turn of its own what it expects is on disk.
        await Object(id).Report(Proved(id), Report("1"));
        if (isDeleted) await task.Delete("op");
        else await group.Remove("op", [id]);

        Cluster.Time.Advance(TimeSpan.FromSeconds(71));
        if (reports) await Object(id).Report(Proved(id), Report("2"));
        await PassAsync(id, TimeSpan.FromSeconds(600));

        Assert.Empty(await MissedAsync(app));
    }

    [Fact]
    public async Task Report_OfAChildWhoseGatewaysWordWasLost_IsFoundOnDisk()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var child = await CreateAsync(new() { Gateway = gateway });
        var app = await ListenAsync(null);
        var task = await BeginAsync(Every(60, $"objects/{child}", app, grace: 10));
        await Object(child).Config(Proved(child));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Cluster.Time.Advance(TimeSpan.FromSeconds(40));
        for (var i = 0; i < 2; i++)
        {
            // The second is within five seconds of the first: the child is not told of it.
            await Object(gateway).ReportForChildren(Proved(gateway), default, [new ChildReport(child, "text/plain", "1"u8.ToArray())]);
            // What it is told of the first comes by itself, and must not come when the clock was moved on.
            while (i == 0 && (await task.Get()).Outlook!.NextAt < Cluster.Time.GetUtcNow().AddSeconds(60)) await System.Threading.Tasks.Task.Delay(1, patience.Token);
            Cluster.Time.Advance(TimeSpan.FromSeconds(4));
        }

        await PassAsync(child, TimeSpan.FromSeconds(62));
        Assert.Empty(await MissedAsync(app));
        await PassAsync(child, TimeSpan.FromSeconds(10));
        Assert.Single(await MissedAsync(app));
    }

    [Fact]
    public async Task Silence_OfAMemberThatSleeps_IsNoticedWithoutItsGrain()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        await Cluster.ForgetAsync(Object(id));
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(), [id]);
        await BeginAsync(Every(3600, $"groups/{group.GetPrimaryKeyString()}", app));
        var firing = Cluster.Get<Grains.Schedule.Firing>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await ArmedAsync(id)).Count == 0) await System.Threading.Tasks.Task.Delay(20, patience.Token);

        for (var i = 0; i < 2; i++)
        {
            Cluster.Time.Advance(TimeSpan.FromSeconds(i == 0 ? 2 : 3600 + 360));
            var now = Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds();
            await firing.FireAsync([.. (await ArmedAsync(id)).Where(at => at <= now).Select(at => new Contracts.DueTime(at, id))]);
        }

        Assert.Single(await MissedAsync(app));
        Assert.False(Cluster.IsActive(Object(id)));
    }

    private async Task<IReadOnlyList<JsonElement>> MissedAsync(string app) => [.. (await EventsAsync(app, EventTypes.ReportMissed)).Select(Data)];
}
