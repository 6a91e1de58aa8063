using System.Net;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Formatter;
using Orleans;

namespace M2MCluster.Edge.Tests.Mqtt;

/// <summary>The MQTT edge on a port of its own, over fake grains.</summary>
internal sealed class MqttNode : IAsyncDisposable
{
    private readonly WebApplication _host;

    private MqttNode(WebApplication host, FakeGrains grains)
    {
        _host = host;
        Grains = grains;
        Port = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public FakeGrains Grains { get; }

    public int Port { get; }

    public IDownlink Downlink => _host.Services.GetRequiredService<MqttEdge>().Downlink;

    public static async Task<MqttNode> Start(Action<MqttEdgeOptions>? configure = null, TimeProvider? time = null, ISilos? silos = null)
    {
        var grains = new FakeGrains();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IGrainFactory>(grains);
        if (silos is not null) builder.Services.AddSingleton(silos);
        builder.Services.AddMqttEdge(builder.Configuration);
        builder.Services.Configure<MqttEdgeOptions>(options =>
        {
            options.MaxBackOff = TimeSpan.FromMilliseconds(100);
            configure?.Invoke(options);
        });
        if (time is not null) builder.Services.Replace(ServiceDescriptor.Singleton(time));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMqttEdge()));
        var host = builder.Build();
        await host.StartAsync();
        return new(host, grains);
    }

    /// <summary>A client that we did not write.</summary>
    public async Task<IMqttClient> Client(
        string user, MqttProtocolVersion version = MqttProtocolVersion.V500, Action<MqttClientOptionsBuilder>? configure = null)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", Port)
            .WithProtocolVersion(version)
            .WithClientId(user)
            .WithCredentials(user, FakeObject.Secret)
            .WithTimeout(TimeSpan.FromSeconds(10));
        configure?.Invoke(options);
        await client.ConnectAsync(options.Build());
        return client;
    }

    /// <summary>A client of bytes.</summary>
    public Task<RawMqtt> Raw() => RawMqtt.Open(Port);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }
}
