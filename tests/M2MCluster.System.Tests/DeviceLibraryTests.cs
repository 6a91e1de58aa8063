using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests;

/// <summary>The device library against a whole node: what it promises its users holds on this platform.</summary>
public sealed class DeviceLibraryTests(Node node) : IClassFixture<Node>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("4.1.a")]
    public async Task Mqtt_ReportsAndMessages_ComeThroughOnce(bool version5)
    {
        var (id, secret) = await node.CreateAsync();
        var handled = new ConcurrentQueue<string>();
        await using var device = new MqttDevice(
            new()
            {
                Name = id, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), Version5 = version5,
                Messages = (message, _) =>
                {
                    handled.Enqueue(message.Id);
                    return new(new DeviceResult(true, "text/plain", "done"u8.ToArray()));
                },
            },
            TimeProvider.System);
        await device.ConnectAsync();
        var report = DeviceReport.OfJson(device.ReportIds.Next(), [new() { Name = "t", Value = 1 }]);
        for (var i = 0; i < 2; i++) await device.ReportAsync(report);
        var name = await SendAsync(id, "APPLIED");

        await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "APPLIED");
        Assert.Equal([name["messages/".Length..]], handled);
        Assert.Equal(version5 ? 1 : 2, (await node.Rest.GetAsync($"v1/objects/{id}/reports"))["reports"]!.AsArray().Count);
    }

    [Fact]
    [Requirement("4.6")]
    public async Task Mqtt_Gateway_SpeaksForItsChild()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (child, _) = await node.CreateAsync(gateway: gateway);
        await using var device = new MqttDevice(
            new()
            {
                Name = gateway, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), IsGateway = true,
                Messages = (message, _) => new(message.Child == child ? DeviceResult.Done : DeviceResult.Refused("not the child's")),
            },
            TimeProvider.System);
        await device.ConnectAsync();
        await device.SayStatusAsync(child, online: true);
        await device.ReportAsync(DeviceReport.OfCbor(device.ReportIds.Next(), [new() { Name = "t", Value = 1 }]), child);
        Assert.Equal("REACHABLE", (string?)(await node.Rest.GetAsync($"v1/objects/{child}"))["status"]!["reachability"]);
        var name = await SendAsync(child, "APPLIED");

        await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "APPLIED");
        Assert.Single((await node.Rest.GetAsync($"v1/objects/{child}/reports"))["reports"] as JsonArray ?? []);
    }

    [Fact]
    public async Task Mqtt_GatewayOfSomebodyElse_IsRefused()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (other, _) = await node.CreateAsync("GATEWAY");
        var (child, _) = await node.CreateAsync(gateway: other);
        await using var device = new MqttDevice(
            new() { Name = gateway, Secret = secret, Server = new(IPAddress.Loopback, node.Host.MqttPort), IsGateway = true }, TimeProvider.System);
        await device.ConnectAsync();

        var refused = await Assert.ThrowsAsync<DeviceException>(() => device.ReportAsync(DeviceReport.OfJson("1", [new() { Name = "t", Value = 1 }]), child));
        Assert.Equal(DeviceFailure.NotAllowed, refused.Failure);
        Assert.Empty((await node.Rest.GetAsync($"v1/objects/{child}/reports"))["reports"] as JsonArray ?? []);
    }

    [Fact]
    public async Task Coap_Command_GoesToTheServerOnTheDeviceAndItsAnswerIsTheResult()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var asked = new ConcurrentQueue<string>();
        await using var device = new CoapDevice(
            new()
            {
                Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort), Links = "</lamp>;rt=\"light\"",
                Commands = (command, _) =>
                {
                    asked.Enqueue($"{command.Method} {command.Path}");
                    return new(new DeviceResult(true, "text/plain", "lit"u8.ToArray()));
                },
            },
            TimeProvider.System);
        await device.RegisterAsync();
        var name = await SendAsync(id, "APPLIED", new { name = "light", method = "PUT", path = "/lamp" });

        var ended = await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "APPLIED");
        Assert.Equal(["PUT /lamp"], asked);
        Assert.Equal(Convert.ToBase64String("lit"u8), (string?)ended["result"]!["payload"]);
    }

    [Fact]
    [Requirement("4.2")]
    [Requirement("4.1.c")]
    public async Task Coap_Sleeper_DrainsItsMailboxWhenItWakesFromAnotherPort()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var device = new CoapDevice(new() { Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort) }, TimeProvider.System);
        await device.RegisterAsync();
        device.Sleep();
        var names = new[] { await SendAsync(id, "DELIVERED"), await SendAsync(id, "DELIVERED") };
        await device.RebindAsync();
        device.Wake();
        await device.UpdateAsync();

        Assert.Equal(2, await device.DrainAsync((_, _) => new(DeviceResult.Done)));
        foreach (var name in names) Assert.Equal("APPLIED", (string?)(await node.Rest.GetAsync($"v1/{name}"))["outcome"]);
    }

    private async Task<string> SendAsync(string id, string confirmation, object? command = null)
    {
        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{id}", payload = "b24=", contentType = "text/plain", ttl = "3600s", confirmation, command });
        return (string)answer["message"]!["name"]!;
    }
}
