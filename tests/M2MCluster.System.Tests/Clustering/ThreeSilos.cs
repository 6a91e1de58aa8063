using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>Three silos on a private database, for the tests that leave all of them alive.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    private readonly PostgresFixture _postgres = new();
    private Cluster? _cluster;

    public Cluster Cluster => _cluster!;

    /// <summary>Why there is no cluster; null if there is one.</summary>
    public string? Missing => _postgres.Missing;

    public HostProcess this[int silo] => Cluster[silo];

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        if (Missing is null) _cluster = await Cluster.StartAsync(Node.HostAssembly, await _postgres.CreateDatabaseAsync(), 3);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
