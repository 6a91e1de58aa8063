using M2MCluster.Storage;

namespace M2MCluster.Host;

/// <summary>Opens storage before the silo starts, checks that its keys belong to it, and takes a node number; gives that back when all else has stopped.</summary>
internal sealed class StorageStart(IStorage storage, DataFolder folder, NodeNumber number) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await storage.OpenAsync(cancellationToken);
        var pepper = folder.PepperFingerprint();
        if (await storage.KeepFactAsync("pepper", pepper, cancellationToken) != pepper)
        {
            throw new InvalidOperationException(
                $"{folder.PepperFile} is not the key under which the device secrets in this database are hashed, so no device could connect. All nodes of a cluster "
                + "need the same pepper.key and operator.key: copy them from the first node, or let M2M:KeyFolder name a folder that all share");
        }

        await number.TakeAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => number.ReleaseAsync(cancellationToken);
}
