using M2MCluster.Contracts.Cluster;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace M2MCluster.Grains.Tests.Silos;

/// <summary>What a cluster of three tells of itself.</summary>
public sealed class ClusterViewTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-silos-").FullName;
    private InProcessTestCluster? _cluster;

    private InProcessTestCluster Cluster => _cluster!;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((options, silo) =>
        {
            silo.Services.AddM2MStorage($"Data Source={Path.Combine(_folder, options.SiloName + ".db")}");
            silo.Services.AddM2MGrains(node: 1, new byte[32]);
            silo.Services.AddSingleton<IEdgeDirectory>(new FakeEdgeDirectory());
            silo.Services.AddSingleton<ISiloGauge, OwnPort>();
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Read_ThreeSilos_EachTellsOfItselfAndTheOneThatStoppedIsGone()
    {
        var read = await Cluster.Client.GetGrain<IClusterGrain>(0).Read();
        Assert.Equal(Cluster.Silos.Select(silo => silo.SiloAddress.ToParsableString()).Order(StringComparer.Ordinal), read.Silos.Select(silo => silo.Address));
        Assert.All(read.Silos, silo => Assert.Equal("Active", silo.Status));
        Assert.All(read.Silos, silo => Assert.NotNull(silo.Figures));
        Assert.All(read.Silos, silo => Assert.Equal(SiloAddress.FromParsableString(silo.Address).Endpoint.Port, silo.Figures!.Gauges["port"]));

        // The grains that told are in memory now, one on each.
        read = await Cluster.Client.GetGrain<IClusterGrain>(0).Read();
        Assert.All(read.Silos, silo => Assert.Equal(1, silo.Activations["SiloGrain"]));

        var gone = Cluster.Silos[^1];
        await Cluster.StopSiloAsync(gone);
        var after = await Cluster.Client.GetGrain<IClusterGrain>(0).Read();
        Assert.DoesNotContain(gone.SiloAddress.ToParsableString(), after.Silos.Where(silo => silo.Status == "Active").Select(silo => silo.Address));
        Assert.Equal(2, after.Silos.Count(silo => silo.Figures is not null));
    }

    /// <summary>Called on another silo than its key's, as may happen while silos come and go, it keeps silent instead of telling of the wrong one.</summary>
    [Fact]
    public async Task Read_OnAnotherSilo_TellsNothing()
    {
        var nobody = SiloAddress.New(Cluster.Silos[0].SiloAddress.Endpoint, 1).ToParsableString();
        Assert.Null(await Cluster.Client.GetGrain<ISiloGrain>(nobody).Read());
    }

    private sealed class OwnPort(ILocalSiloDetails silo) : ISiloGauge
    {
        public string Name => "port";

        public long Read() => silo.SiloAddress.Endpoint.Port;
    }
}
