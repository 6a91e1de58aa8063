namespace M2MCluster.Storage.Tests.Suite;

/// <summary>What every engine does; each test has a database of its own.</summary>
public abstract class StorageSuite : IAsyncLifetime
{
    private readonly List<StorageNode> _nodes = [];

    /// <summary>Where the test's own, empty database is.</summary>
    protected abstract Task<string> CreateDatabaseAsync();

    protected abstract Task DropDatabaseAsync();

    private protected StorageNode Node { get; private set; } = null!;

    protected string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        ConnectionString = await CreateDatabaseAsync();
        if (ConnectionString.Length > 0) Node = await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        if (ConnectionString.Length > 0) await DropDatabaseAsync();
    }

    private protected async Task<StorageNode> OpenAsync(Action<StorageOptions>? configure = null)
    {
        var node = await StorageNode.OpenAsync(ConnectionString, configure);
        _nodes.Add(node);
        return node;
    }

    private protected async Task ReopenAsync(Action<StorageOptions>? configure = null)
    {
        await Node.DisposeAsync();
        _nodes.Remove(Node);
        Node = await OpenAsync(configure);
    }
}
