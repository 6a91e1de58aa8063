namespace M2MCluster.Storage.Sqlite;

/// <summary>The file's lock lets one node in, whose number is 0.</summary>
internal sealed class SqliteNodeNumbers : INodeNumbers
{
    public Task<int> TakeAsync(string owner, CancellationToken cancellation) => Task.FromResult(0);

    public Task<bool> RenewAsync(int node, string owner, CancellationToken cancellation) => Task.FromResult(true);

    public Task ReleaseAsync(int node, string owner, CancellationToken cancellation) => Task.CompletedTask;
}
