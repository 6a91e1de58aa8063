using System.Collections.Concurrent;
using System.Net;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Qos;

/// <summary>A node whose MQTT devices are behind a network that can be asked: of each cell 1.1 Mbit/s may be had, in three sizes.</summary>
public sealed class QosNode : Node, IAsyncLifetime
{
    private readonly int _port = Ports.Take();
    private readonly string _secret = Path.GetTempFileName();
    private int _numbers = 10_000;

    internal CamaraServer Network { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> More => QosSettings.Of(_port, _secret);

    async Task IAsyncLifetime.InitializeAsync()
    {
        await File.WriteAllTextAsync(_secret, CamaraServer.Secret + "\n");
        Network = new(_port);
        await Network.StartAsync();
        await InitializeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await Network.DisposeAsync();
        File.Delete(_secret);
    }

    /// <summary>An object with a number, in a cell.</summary>
    internal async Task<(string Id, string Secret, string Number)> CreateAsync(string cell)
    {
        var (id, secret) = await CreateAsync(plain: "FULL");
        var number = $"+4915{Interlocked.Increment(ref _numbers)}";
        await Rest.PatchAsync($"v1/objects/{id}", new { names = new[] { "tel:" + number }, characteristics = new { cell, sleeping = false } });
        return (id, secret, number);
    }

    /// <summary>A device that is there, and what it heard.</summary>
    internal async Task<(MqttDevice Device, ConcurrentQueue<string> Heard)> ConnectAsync(string id, string secret)
    {
        var heard = new ConcurrentQueue<string>();
        var device = new MqttDevice(
            new()
            {
                Name = id, Secret = secret, Server = new(IPAddress.Loopback, Host.MqttPort),
                Messages = (message, _) =>
                {
                    heard.Enqueue(message.Id);
                    return new(DeviceResult.Done);
                },
            },
            TimeProvider.System);
        await device.ConnectAsync();
        await Rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"]!.AsArray().Count > 0);
        return (device, heard);
    }

    internal static async Task UntilAsync(Func<bool> holds, Func<string> what)
    {
        var deadline = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(60);
        while (!holds())
        {
            Assert.True(DateTimeOffset.UtcNow < deadline, what());
            await Task.Delay(50);
        }
    }
}
