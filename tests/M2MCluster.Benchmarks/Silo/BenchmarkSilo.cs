using System.Net;
using System.Net.Sockets;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>One silo as the host has it, without edges and front door, over a database that is there already.</summary>
internal sealed class BenchmarkSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkSilo(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public static async Task<BenchmarkSilo> StartAsync(BenchmarkDatabase database, TimeSpan? collectionAge = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<IEdgeDirectory, NoEdges>();
        builder.Services.AddM2MStorage(database.ConnectionString).AddM2MGrains(node: 1, new byte[32]);
        builder.Services.AddHostedService<Opening>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), FreePort(), serviceId: "m2m", clusterId: "m2m").UseInMemoryReminderService();
            silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = collectionAge ?? TimeSpan.FromMinutes(3));
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async Task StartScheduleAsync()
    {
        var self = Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();
        for (var shard = 0; shard < DueTime.Shards; shard++) await Grains.GetGrain<IScheduleGrain>(shard).StartOn(self);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Opening(IStorage storage, IStateReader states, TimedIdSource ids) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await storage.OpenAsync(cancellationToken);
            ids.Take(1, await states.LastIdAsync(1));
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
