using System.Collections.Concurrent;
using System.Net;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>One object with an MQTT session and a CoAP endpoint, which does what it is told and writes down over which of the two it was.</summary>
internal sealed class TwoBearerDevice : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _done = new();

    private TwoBearerDevice(HostProcess host, string id, string secret, MessageLedger? ledger)
    {
        Id = id;
        Mqtt = new(
            new()
            {
                Name = id, Secret = secret, Server = new(IPAddress.Loopback, host.MqttPort), Ledger = ledger ?? new(),
                Messages = (message, _) => Done($"MQTT {message.Command!.Path}"),
            },
            TimeProvider.System);
        Coap = new(
            new()
            {
                Name = id, Server = new(IPAddress.Loopback, host.CoapPort), Links = "</valve>", Ledger = ledger ?? new(),
                Commands = async (command, _) => await Done($"COAP {command.Path}"),
            },
            TimeProvider.System);
    }

    public string Id { get; }

    public MqttDevice Mqtt { get; }

    public CoapDevice Coap { get; }

    public IReadOnlyCollection<string> WhatItDid => _done;

    /// <param name="remembersAcross">Whether it knows what came over the one bearer when a copy comes over the other.</param>
    public static async Task<TwoBearerDevice> StartAsync(HostProcess host, bool remembersAcross = true)
    {
        var (id, secret) = ($"t-{Guid.NewGuid():n}", $"secret-{Guid.NewGuid():n}");
        await host.Rest.PostAsync($"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, characteristics = new { inFlight = 4 } });
        await host.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret } });
        TwoBearerDevice device = new(host, id, secret, remembersAcross ? new() : null);
        await device.Coap.RegisterAsync();
        await device.Mqtt.ConnectAsync();
        return device;
    }

    public async ValueTask DisposeAsync()
    {
        await Mqtt.DisposeAsync();
        await Coap.DisposeAsync();
    }

    private ValueTask<DeviceResult> Done(string what)
    {
        _done.Enqueue(what);
        return new(DeviceResult.Done);
    }
}
