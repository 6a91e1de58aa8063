using System.Net;
using System.Net.Sockets;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Coap;
using M2MCluster.Testing.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>A CoAP edge on a port of its own, over grains in memory and time that stands still until it is moved.</summary>
public sealed class CoapNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IHostedService _edge;

    private CoapNode(ServiceProvider services, FakeGrains grains, FakeTimeProvider time)
    {
        _services = services;
        Grains = grains;
        Time = time;
        _edge = services.GetServices<IHostedService>().Single();
    }

    public FakeGrains Grains { get; }

    public FakeTimeProvider Time { get; }

    public IPEndPoint EndPoint => _services.GetRequiredService<ICoapListener>().LocalEndPoint!;

    public static async Task<CoapNode> Start(FakeGrains? grains = null, params (string Key, string Value)[] settings)
    {
        grains ??= new FakeGrains();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings
            .Select(s => new KeyValuePair<string, string?>(s.Key.Contains(':', StringComparison.Ordinal) ? s.Key : $"{CoapEdgeOptions.Section}:{s.Key}", s.Value))
            .Append(new($"{CoapEdgeOptions.Section}:Port", $"{Ports.Take()}"))).Build();
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(grains.Factory)
            .AddSingleton<IEdgeDirectory>(grains)
            .AddCoapEdge(configuration)
            .BuildServiceProvider();
        var node = new CoapNode(services, grains, time);
        await node._edge.StartAsync(CancellationToken.None);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _edge.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
