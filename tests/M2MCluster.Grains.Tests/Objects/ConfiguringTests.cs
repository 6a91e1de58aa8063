using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ConfiguringTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Config_PeriodIsKnown_HasAPhaseWithinIt()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "3600")) });

        var config = await Object(id).Config(Proved(id));

        Assert.Equal(3600, config.ReportPeriod);
        Assert.InRange(config.ReportPhase, 0, 3599);
    }

    [Fact]
    public async Task Config_InstantIsSharedByAGroup_IsTheSameForAllAndReportsComeWithinTheirTolerance()
    {
        var ids = new List<string>();
        for (var i = 0; i < 20; i++) ids.Add(await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "60"), ("reportPhase", "3")) }));
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(Characteristics: Says(("reportPhase", "50.25"))), [.. ids]);

        foreach (var id in ids) Assert.Equal(new(60, 50, 250, 50_250), await Object(id).Config(Proved(id)));

        await group.Update("op", new(Characteristics: Says(("reportPhase", "50.25"), ("reportTolerance", "20"))));
        var delays = new List<long>();
        foreach (var id in ids)
        {
            var config = await Object(id).Config(Proved(id));
            Assert.Equal((50_250L, 250), (config.SamplePhase!.Value, config.ReportPhaseMilliseconds));
            delays.Add((config.ReportPhase + 60 - 50) % 60);
        }

        Assert.All(delays, delay => Assert.InRange(delay, 0, 20));
        Assert.True(delays.Distinct().Count() > 5);
    }

    [Fact]
    public async Task Config_NothingIsKnown_IsEmptyAndNoContact()
    {
        var id = await CreateAsync();

        Assert.Equal(default, await Object(id).Config(Proved(id)));
        Assert.Equal(Reachability.Unknown, (await Object(id).Get()).Status.Reachability);
    }

    [Fact]
    public async Task Config_Foreign_IsRefused()
    {
        var id = await CreateAsync();
        var other = await CreateAsync();

        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(id).Config(Proved(other)));
        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(id).Config(Claimed(id)));
    }
}
