using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace M2MCluster.Storage.Tests;

/// <summary>Storage as one silo has it.</summary>
internal sealed class StorageNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StorageNode(ServiceProvider services) => _services = services;

    public RecordedHints Hints { get; } = new();
    public RecordedDueHints DueHints { get; } = new();
    public ICommitPipeline Pipeline => Get<ICommitPipeline>();
    public IStateReader State => Get<IStateReader>();
    public IInbox Inbox => Get<IInbox>();
    public IReportReader Reports => Get<IReportReader>();
    public IFeedReader Feeds => Get<IFeedReader>();
    public IObjectIndex Objects => Get<IObjectIndex>();
    public IMessageReader Messages => Get<IMessageReader>();
    public IKeyReader Keys => Get<IKeyReader>();
    public IApplicationReader Applications => Get<IApplicationReader>();
    public IGroupReader Groups => Get<IGroupReader>();
    public IStorage Storage => Get<IStorage>();

    public static async Task<StorageNode> OpenAsync(string connectionString, Action<StorageOptions>? configure = null)
    {
        StorageNode? node = null;
        var services = new ServiceCollection().AddSerializer().AddLogging().AddM2MStorage(connectionString, configure);
        services.AddSingleton<IFeedHints>(_ => node!.Hints).AddSingleton<IDueHints>(_ => node!.DueHints);
        node = new(services.BuildServiceProvider());
        try
        {
            await node.Storage.OpenAsync(default);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
