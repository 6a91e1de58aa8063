namespace M2MCluster.System.Tests.Faults;

/// <summary>The runs share a cluster, which takes longer to start than a run does; one that fails takes its cluster with it.</summary>
public sealed class FaultClusters : IAsyncLifetime
{
    private FaultyCluster? _cluster;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => EndAsync();

    internal async Task<FaultyCluster> GetAsync() => _cluster ??= await FaultyCluster.StartAsync();

    internal async Task EndAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _cluster = null;
    }
}
