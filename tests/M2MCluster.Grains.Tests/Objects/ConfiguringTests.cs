using M2MCluster.Contracts;
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
