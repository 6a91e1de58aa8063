using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.ReportTasks;

public sealed class PeriodicTests(GrainCluster cluster) : ReportTaskTests(cluster)
{
    [Fact]
    public async Task Create_ForAnObject_IsToldToItAndHoldsBeforeTheCharacteristic()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "60"), ("reportTolerance", "30")) });

        var task = await BeginAsync(Every(3600, $"objects/{id}", tolerance: 0));

        Assert.Equal(new DeviceConfig(3600, 0), await Object(id).Config(Proved(id)));
        var shared = (await Object(id).Get()).Shared!;
        Assert.Equal(new SharedCharacteristic("3600", "", task.GetPrimaryKeyString()), shared["reportPeriod"]);

        await task.Delete("op");
        Assert.Equal(60, (await Object(id).Config(Proved(id))).ReportPeriod);
        await RefusedAsync(ErrorCode.NotFound, async () => await task.Get());
    }

    [Fact]
    public async Task Create_WithAPhase_ItIsTheInstantAtWhichAllSample()
    {
        var (one, other) = (await CreateAsync(), await CreateAsync());
        var group = await GroupAsync(one, other);
        await BeginAsync(Every(60, $"groups/{group}") with { Periodic = new(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(12_500)) });

        foreach (var id in new[] { one, other }) Assert.Equal((60, 12_500), ((await Object(id).Config(Proved(id))).ReportPeriod, (await Object(id).Config(Proved(id))).SamplePhase));
    }

    [Fact]
    public async Task Create_SeveralTasks_TheShortestPeriodHolds()
    {
        var id = await CreateAsync();
        await BeginAsync(Every(600, $"objects/{id}"));
        var shortest = await BeginAsync(Every(60, $"objects/{id}"));
        await BeginAsync(Every(300, $"objects/{id}"));
        var group = await GroupAsync(id);
        await BeginAsync(Every(120, $"groups/{group}"));

        Assert.Equal(60, (await Object(id).Config(Proved(id))).ReportPeriod);
        await shortest.Update("op", Every(900, ""));
        Assert.Equal(120, (await Object(id).Config(Proved(id))).ReportPeriod);
    }

    [Fact]
    public async Task Create_ForAGroup_MembersAndLaterJoinersAreToldUntilTheyLeave()
    {
        var (first, later) = (await CreateAsync(), await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "7")) }));
        var group = await GroupAsync(first);
        var task = await BeginAsync(Every(1800, $"groups/{group}", tolerance: 60));
        await UntilPlacedAsync(first);

        Assert.Equal(1800, (await Object(first).Config(Proved(first))).ReportPeriod);
        Assert.InRange((await Object(first).Config(Proved(first))).ReportPhase, 0, 60);
        Assert.Equal(7, (await Object(later).Config(Proved(later))).ReportPeriod);

        await Group(group).Add("op", [later]);
        Assert.NotEmpty(await ArmedAsync(later));
        Assert.Equal(1800, (await Object(later).Config(Proved(later))).ReportPeriod);
        var shared = await Cluster.Get<IGroupMembership>().SharedByAsync([(await Object(later).Get()).Description], default);
        Assert.Equal(new SharedCharacteristic("1800", group, task.GetPrimaryKeyString()), shared[later]["reportPeriod"]);

        await Group(group).Remove("op", [later]);
        Assert.Equal(7, (await Object(later).Config(Proved(later))).ReportPeriod);
        await task.Delete("op");
        Assert.Equal(0, (await Object(first).Config(Proved(first))).ReportPeriod);
    }

    [Fact]
    public async Task Create_ForAGroupWithAQuery_WhomItFitsTakesATurn()
    {
        var (member, other) = (await CreateAsync(), await CreateAsync());
        var group = Cluster.Fresh("group");
        await Group(group).Make("op", new(Filter: $"id = \"{member}\""), []);

        await BeginAsync(Every(1800, $"groups/{group}"));
        await UntilPlacedAsync(member);

        Assert.Equal(1800, (await Object(member).Config(Proved(member))).ReportPeriod);
        Assert.Empty(await ArmedAsync(other));
    }

    [Fact]
    public async Task Create_ObjectIsConnected_ItsEdgeHearsOfEachChangeOnce()
    {
        var id = await CreateAsync();
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        var task = await BeginAsync(Every(3600, $"objects/{id}"));
        await Object(id).Config(Proved(id));
        await Object(id).Wake(0);
        Assert.Equal((id, id), Assert.Single(Edge.ConfigChanges));

        await task.Update("op", Every(60, ""));
        Assert.Equal(2, Edge.ConfigChanges.Count);
        await task.Delete("op");
        Assert.Equal(3, Edge.ConfigChanges.Count);
    }

    [Fact]
    public async Task Create_TargetIsNotThereOrGoes_IsRefusedOrEnds()
    {
        await RefusedAsync(ErrorCode.NotFound, async () => await BeginAsync(Every(60, "objects/nobody")));
        await RefusedAsync(ErrorCode.NotFound, async () => await BeginAsync(Every(60, "groups/nobody")));
        var id = await CreateAsync();
        var task = await BeginAsync(Every(60, $"objects/{id}"));
        await RefusedAsync(ErrorCode.AlreadyExists, async () => await task.Create("op", Every(60, $"objects/{id}")));

        await Object(id).Delete("op");

        var ended = await task.Get();
        Assert.Equal($"objects/{id} does not exist any more", ended.Reason);
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await task.Update("op", Every(30, "")));
        await task.Delete("op");
    }

    [Fact]
    public async Task Delete_ObjectIsMadeAnewBeforeTheTaskHears_TheTaskIsNotOfTheNewOne()
    {
        var id = await CreateAsync();
        var task = await BeginAsync(Every(60, $"objects/{id}"));
        Cluster.Pipeline.Fail(task.GetPrimaryKeyString(), Fault.Before);
        await Object(id).Delete("op");
        await Object(id).Create("op", ObjectKind.Device, new());

        Assert.Equal(0, (await Object(id).Config(Proved(id))).ReportPeriod);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if ((await task.Get()).EndedAt is not null) return;
            }
            catch (M2MException failure) when (failure.Code == ErrorCode.Unavailable)
            {
                // The commit that failed was this one's.
            }

            await System.Threading.Tasks.Task.Delay(5, patience.Token);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_OfTheTargetWhenWordToTheTaskIsLost_TheTaskEndsByItsDueTime(bool isGroup)
    {
        var id = await CreateAsync();
        var group = await GroupAsync(id);
        var task = await BeginAsync(Every(60, isGroup ? $"groups/{group}" : $"objects/{id}"));
        if (isGroup) await UntilPlacedAsync(id);
        var key = task.GetPrimaryKeyString();
        Cluster.Pipeline.Fail(key, Fault.Before);

        if (isGroup) await Group(group).Delete("op");
        else await Object(id).Delete("op");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Cluster.Pipeline.IsArmed(key)) await System.Threading.Tasks.Task.Delay(5, patience.Token);
        await Cluster.ForgetAsync(task);
        Assert.NotEmpty(await ArmedAsync(Of(task)));
        await PassTaskAsync(task, TimeSpan.FromSeconds(15));

        Assert.NotNull(Assert.Single(await Cluster.Get<IReportTaskReader>().ListAsync(null, isGroup ? $"groups/{group}" : $"objects/{id}", "", 10, default)).EndedAt);
        Assert.Empty(await ArmedAsync(Of(task)));
    }

    [Fact]
    public async Task AddGroups_ToAGroupWithATask_TheirMembersTakeATurn()
    {
        var (first, later) = (await CreateAsync(), await CreateAsync());
        var (outer, inner) = (await GroupAsync(first), await GroupAsync(later));
        var task = await BeginAsync(Every(1800, $"groups/{outer}"));
        await UntilPlacedAsync(first);
        Assert.Empty(await ArmedAsync(later));

        await Group(outer).AddGroups("op", [inner]);
        await PassTaskAsync(task, TimeSpan.FromSeconds(2));
        await UntilPlacedAsync(later);

        Assert.Equal(1800, (await Object(later).Config(Proved(later))).ReportPeriod);
    }

    [Fact]
    public async Task Create_TaskIsForgotten_GoesOnFromDisk()
    {
        var id = await CreateAsync();
        var task = await BeginAsync(Every(60, $"objects/{id}", grace: 20));
        await Cluster.ForgetAsync(task);
        await Cluster.ForgetAsync(Object(id));

        var view = await task.Get();
        Assert.Equal((Every(60, $"objects/{id}", grace: 20), (DateTimeOffset?)null), (view.Terms, view.EndedAt));
        Assert.Equal(60, (await Object(id).Config(Proved(id))).ReportPeriod);
        Assert.Contains((await Cluster.Get<IReportTaskReader>().ListAsync(null, $"objects/{id}", "", 10, default)), listed => listed.Id == view.Id);
    }

    [Fact]
    public async Task Create_MoreThanAnObjectBears_IsRefused()
    {
        var id = await CreateAsync();
        for (var i = 0; i < 16; i++) await BeginAsync(Every(60 + i, $"objects/{id}"));

        await RefusedAsync(ErrorCode.ResourceExhausted, async () => await BeginAsync(Every(60, $"objects/{id}")));
        Assert.Equal(16, (await Cluster.Get<IReportTaskReader>().ListAsync(null, $"objects/{id}", "", 100, default)).Count);
    }

    private IGroupGrain Group(string id) => Cluster.Grains.GetGrain<IGroupGrain>(id);

    private async Task<string> GroupAsync(params string[] members)
    {
        var group = Cluster.Fresh("group");
        await Group(group).Make("op", new(), [.. members]);
        return group;
    }

    private async Task UntilPlacedAsync(string member)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await ArmedAsync(member)).Count == 0) await System.Threading.Tasks.Task.Delay(20, patience.Token);
    }
}
