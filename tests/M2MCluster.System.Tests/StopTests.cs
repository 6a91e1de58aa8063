using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Terminate_OpenConnections_AreToldAndTheNodeEndsInOrder()
    {
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly });
        await host.Rest.PostAsync("v1/objects?objectId=meter-1", new { kind = "DEVICE" });
        await host.Rest.PostAsync("v1/objects/meter-1/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        using var device = await (await RawMqtt.Open(host.MqttPort)).Enter(RawMqtt.Connect("meter-1", version: 5));
        await device.Send(RawMqtt.Publish("m2m/reports", """[{"n":"t","v":1}]""", version: 5));
        Assert.Equal("40 0001", (await device.Hear())[..7]);
        var stopped = host.StopAsync();

        Assert.Equal("e0 8b00", await device.Hear());
        Assert.Equal("closed", await device.Hear());
        Assert.Equal(0, await stopped);
        await host.StartAsync();
        Assert.Single((await host.Rest.GetAsync("v1/objects/meter-1/reports"))["reports"] as JsonArray ?? []);
        Assert.NotEqual("REACHABLE", (string?)(await host.Rest.GetAsync("v1/objects/meter-1"))["status"]!["reachability"]);
    }
}
