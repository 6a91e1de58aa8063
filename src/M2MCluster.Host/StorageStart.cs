using M2MCluster.Grains.Commit;
using M2MCluster.Storage;

namespace M2MCluster.Host;

/// <summary>Opens storage before the silo starts, and lets ids go on from the highest on disk.</summary>
internal sealed class StorageStart(IStorage storage, IStateReader states, TimedIdSource ids) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await storage.OpenAsync(cancellationToken);
        ids.GoOnFrom(await states.LastIdAsync());
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
