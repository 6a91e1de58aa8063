using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>Devices, applications and messages meet on one silo as on another.</summary>
public sealed class SeveralSilosTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    [SkippableFact]
    [Requirement("4.8")]
    public async Task Message_AcceptedOnOneSilo_ReachesADeviceOnAnother()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        var id = await silos[0].CreateDeviceAsync();
        using var device = await silos[1].ConnectAsync(id);
        var message = await silos[2].SendAsync(id, "from afar");
        await device.ExpectAsync("from afar");
        await silos[0].UntilOutcomeAsync(message, "DELIVERED");
    }

    [SkippableFact]
    public async Task EverySilo_HasANodeNumberOfItsOwn()
    {
        Skip.If(silos.Missing is not null, silos.Missing);
        Assert.Equal(3, await silos.Cluster.ScalarAsync("SELECT count(DISTINCT owner) FROM node_leases WHERE expires_at > now()"));
    }
}
