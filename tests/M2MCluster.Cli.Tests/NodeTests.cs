using System.Net;
using M2MCluster.Device;
using M2MCluster.Device.Coap;

namespace M2MCluster.Cli.Tests;

/// <summary>The commands against a real node.</summary>
public sealed class NodeTests(NodeFixture node) : IClassFixture<NodeFixture>
{
    [Theory]
    [InlineData("Coap", "0.1")]
    [InlineData("Mqtt", "0")]
    public async Task Sim_FleetOfSleepersAndGateways_Balances(string bearer, string loss) =>
        Assert.Equal(0, await node.RunFleetAsync(
            "sim", "--devices", "3", "--gateways", "2", "--bearer", bearer, "--loss", loss, "--rebind", "--awake", "1s", "--asleep", "1s", "--duration", "5s"));

    [Theory]
    [InlineData("Coap")]
    [InlineData("Mqtt")]
    public async Task Load_Notified_EveryAcknowledgedReportIsInTheFeedAndTheLog(string bearer)
    {
        var log = Path.Combine(node.Host.DataFolder, $"acknowledged-{bearer}.log");
        Assert.Equal(0, await node.RunFleetAsync(
            "load", "--bearer", bearer, "--devices", "10", "--in-flight", "10", "--warm-up", "0s", "--duration", "1s", "--notified", "--log", log));
        var names = await File.ReadAllLinesAsync(log);
        Assert.NotEmpty(names);
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public async Task Replay_SmallSeriesBehindAGateway_IsOnDiskOnceWithAllMessagesEnded()
    {
        var file = Path.Combine(node.Host.DataFolder, "series.csv");
        await File.WriteAllTextAsync(file, "home,at,kwh\nA,2013-01-01T00:00:00,0.1\nB 1,2013-01-01T00:00:00,0.2\nA,2013-01-01T00:30:00,\nB 1,2013-01-01T00:30:00,0.4\n");
        Assert.Equal(0, await node.RunFleetAsync("replay", file, "--id-column", "home", "--time-column", "at", "--value-column", "kwh", "--gateways", "1", "--messages", "3"));
    }

    [Fact]
    public async Task Object_CreatedTwice_FailsTheSecondTime()
    {
        Assert.Equal(0, await node.RunAsync("object", "create", "twice", "--plain", "Full", "--set", "floor=3"));
        Assert.Equal(1, await node.RunAsync("object", "create", "twice"));
        Assert.Equal(0, await node.RunAsync("object", "update", "twice", "--display-name", "Meter"));
        Assert.Equal(0, await node.RunAsync("object", "get", "twice", "--json"));
        Assert.Equal(0, await node.RunAsync("object", "credential", "twice"));
        Assert.Equal(0, await node.RunAsync("group", "create", "floor-3", "twice"));
        Assert.Equal(0, await node.RunAsync("group", "members", "floor-3"));
        Assert.Equal(0, await node.RunAsync("group", "send", "floor-3", "--text", "hello"));
        Assert.Equal(0, await node.RunAsync("object", "list", "--filter", "id = \"tw*\""));
        Assert.Equal(0, await node.RunAsync("object", "delete", "twice"));
    }

    [Fact]
    public async Task Cluster_OfOneNode_IsShown()
    {
        var (code, output, errors) = await node.ProcessAsync("cluster");
        Assert.True(code == 0, errors);
        Assert.Contains("Active", output, StringComparison.Ordinal);
        Assert.Contains("ScheduleGrain", output, StringComparison.Ordinal);
        Assert.Contains("Messages waiting: ", output, StringComparison.Ordinal);
        var (_, json, _) = await node.ProcessAsync("cluster", "--json");
        Assert.Equal("ACTIVE", System.Text.Json.Nodes.JsonNode.Parse(json)!["silos"]![0]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Classes_AndWhatASendBySuchAClassWaitsFor_AreShown()
    {
        var (code, catalogue, errors) = await node.ProcessAsync("classes");
        Assert.True(code == 0, errors);
        Assert.Contains("alarm", catalogue, StringComparison.Ordinal);

        Assert.Equal(0, await node.RunAsync("object", "create", "constrained", "--plain", "Full", "--set", "battery=30"));
        var (_, sent, _) = await node.ProcessAsync("send", "constrained", "--text", "hello", "--class", "control", "--constraint", "battery > 40", "--bearer", "Coap");
        Assert.Contains("delay: delivery within 60 s is wanted, but the object was never heard of", sent, StringComparison.Ordinal);
        var (_, why, _) = await node.ProcessAsync("explain", sent.Split('\n')[0].Trim()["messages/".Length..]);
        Assert.Contains("battery is 30", why, StringComparison.Ordinal);
        Assert.Contains("service class: control", why, StringComparison.Ordinal);
        Assert.Contains("states: Held", why, StringComparison.Ordinal);
        Assert.Equal(1, await node.RunAsync("send", "constrained", "--class", "none"));
        Assert.Equal(0, await node.RunAsync("send", "constrained", "--not-before", DateTimeOffset.UtcNow.AddHours(1).ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Send_ExpiresBeforeItIsFetched_WaitsForThatAndSaysSo()
    {
        Assert.Equal(0, await node.RunAsync("object", "create", "sleeper", "--plain", "Full", "--set", "sleeping=true"));
        Assert.Equal(3, await node.RunAsync("send", "sleeper", "--text", "hello", "--ttl", "1s", "--wait"));
    }

    [Fact]
    public async Task Send_CommandToADeviceThatServesRequests_IsAppliedByItsAnswer()
    {
        Assert.Equal(0, await node.RunAsync("object", "create", "lamp", "--plain", "Full"));
        var served = new TaskCompletionSource<DeviceCommand>();
        await using var lamp = new CoapDevice(
            new CoapDeviceOptions
            {
                Name = "lamp",
                Server = new IPEndPoint(IPAddress.Loopback, node.Host.CoapPort),
                Links = "</led>",
                Commands = (command, _) =>
                {
                    served.TrySetResult(command);
                    return ValueTask.FromResult<DeviceResult?>(new DeviceResult(true, "text/plain", "on"u8.ToArray()));
                },
            },
            TimeProvider.System);
        await lamp.RegisterAsync();
        Assert.Equal(0, await node.RunAsync("send", "lamp", "--text", "1", "--command", "PUT", "/led?dim=50", "--confirmation", "Applied", "--wait"));
        var command = await served.Task;
        Assert.Equal("PUT /led?dim=50", $"{command.Method} {command.Path}");
        Assert.Equal("1"u8.ToArray(), command.Payload.ToArray());
        Assert.Equal("text/plain", command.ContentType);
    }
}
