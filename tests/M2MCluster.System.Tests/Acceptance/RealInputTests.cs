using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>
/// Recorded series as devices: homes over CoAP behind two gateways, vehicles over MQTT, buoys that sleep between their reports. The replay
/// itself checks that each report is on disk once and in the feed once, and that each message to a sleeper ended in one outcome.
/// </summary>
public sealed class RealInputTests(Node node) : IClassFixture<Node>
{
    private const int MessagesEach = 2;

    [SkippableTheory]
    [InlineData("smart-meter/london-lcl-halfhourly.csv.gz", 20)]
    [InlineData("vehicle-gps/uci-aracaju-points.csv.gz", 14)]
    [InlineData("sensors/chicago-beach-buoys.csv.gz", 3)]
    public async Task Replay_RecordedSeries_LosesAndDoublesNothing(string file, int devices)
    {
        var path = Path.Combine(Node.DataFolder, file);
        Skip.IfNot(File.Exists(path), $"{path} is not there");
        var (code, output, errors) = await Tool.RunAsync(
            TimeSpan.FromMinutes(3), "dotnet", Node.CliAssembly, "replay", path, "--limit", "60", "--messages", $"{MessagesEach}", "--json",
            "--server", $"http://127.0.0.1:{node.Host.GrpcPort}", "--key", node.Host.OperatorKey,
            "--coap", $"127.0.0.1:{node.Host.CoapPort}", "--mqtt", $"127.0.0.1:{node.Host.MqttPort}");

        Assert.True(code == 0, $"{code}\n{output}\n{errors}");
        var balance = JsonNode.Parse(output)!;
        var reports = (int)balance["reportsSent"]!;
        Assert.True(reports > devices, output);
        Assert.Equal((reports, reports), ((int)balance["reportsInFeed"]!, (int)balance["reportsOnDisk"]!));
        Assert.Equal(devices * MessagesEach, balance["outcomes"]!.AsObject().Sum(outcome => (int)outcome.Value!));
    }
}
