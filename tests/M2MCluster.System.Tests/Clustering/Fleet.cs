using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>What the tests of clusters do again and again.</summary>
internal static class Fleet
{
    public const string Report = """[{"n":"t","v":1}]""";

    /// <summary>A device with <see cref="RawMqtt.Secret"/>.</summary>
    public static async Task<string> CreateDeviceAsync(this HostProcess silo)
    {
        var id = $"t-{Guid.NewGuid():n}";
        await silo.Rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", securityPolicy = new { plain = "FULL" } });
        await silo.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        return id;
    }

    /// <summary>A CoAP server, to be registered at the silo, that does what <see cref="CommandAsync"/> asks for.</summary>
    public static CoapDevice Lamp(this HostProcess silo, string id) => new(
        new()
        {
            Name = id, Server = new(IPAddress.Loopback, silo.CoapPort), Links = "</lamp>;rt=\"light\"",
            Commands = (_, _) => new(new DeviceResult(true, "text/plain", "lit"u8.ToArray())),
        },
        TimeProvider.System);

    /// <summary>The message's id.</summary>
    public static async Task<string> CommandAsync(this HostProcess silo, string id)
    {
        var answer = await silo.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = "b24=", contentType = "text/plain", ttl = "3600s", confirmation = "APPLIED",
            command = new { name = "light", method = "PUT", path = "/lamp" },
        });
        return (string)answer["message"]!["name"]!;
    }

    /// <summary>Tries again while the cluster finds itself anew.</summary>
    public static async Task<T> UntilServedAsync<T>(Func<Task<T>> call)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                return await call();
            }
            catch (HttpRequestException refused) when (refused.StatusCode >= HttpStatusCode.InternalServerError && !patience.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>Connects, and subscribes to the mailbox.</summary>
    public static async Task<RawMqtt> ConnectAsync(this HostProcess silo, string id)
    {
        var device = await (await RawMqtt.Open(silo.MqttPort)).Enter(RawMqtt.Connect(id, version: 5));
        await device.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", version: 5));
        Assert.StartsWith("90 0001", await device.Hear(), StringComparison.Ordinal);
        return device;
    }

    /// <summary>The message's id.</summary>
    public static async Task<string> SendAsync(this HostProcess silo, string id, string text)
    {
        var answer = await silo.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)), contentType = "text/plain", ttl = "3600s",
        });
        return (string)answer["message"]!["name"]!;
    }

    /// <summary>Reads the next message, which must hold the text, and acknowledges it.</summary>
    public static async Task ExpectAsync(this RawMqtt device, string text)
    {
        var packet = await device.Read(TimeSpan.FromSeconds(60));
        Assert.NotNull(packet);
        Assert.Equal(0x32, packet.Value.Header & 0xF6);
        Assert.EndsWith(text, Encoding.UTF8.GetString(packet.Value.Body), StringComparison.Ordinal);
        await device.AcknowledgeAsync(packet.Value);
    }

    public static Task AcknowledgeAsync(this RawMqtt device, (byte Header, byte[] Body) publish)
    {
        var topic = (publish.Body[0] << 8) | publish.Body[1];
        return device.Send(RawMqtt.PubAck((ushort)((publish.Body[2 + topic] << 8) | publish.Body[3 + topic])));
    }

    /// <summary>Acknowledges whatever comes, until the connection is disposed of.</summary>
    public static async Task AcknowledgeAllAsync(this RawMqtt device)
    {
        try
        {
            while (await device.Read(TimeSpan.FromMinutes(5)) is { } packet)
            {
                if ((packet.Header & 0xF0) == 0x30) await device.AcknowledgeAsync(packet);
            }
        }
        catch (ObjectDisposedException)
        {
            // The test is done with it.
        }
    }

    public static async Task UntilOutcomeAsync(this HostProcess silo, string message, string outcome)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonNode found;
        while ((string?)(found = await UntilServedAsync(() => silo.Rest.GetAsync($"v1/{message}")))["outcome"] != outcome)
        {
            if (patience.IsCancellationRequested) throw new TimeoutException($"{message} stayed {found}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
