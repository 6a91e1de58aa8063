using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Testing;

namespace M2MCluster.Cli.Tests;

/// <summary><c>m2m objects import</c> against a real node of its own, which is killed on the way.</summary>
public sealed class ImportTests(NodeFixture node) : IClassFixture<NodeFixture>
{
    private const int Count = 60_000;

    [Fact]
    public async Task Import_NodeKilledInTheMiddle_GoesOnAndEachIsThereOnceWithItsSecret()
    {
        var file = Path.Combine(node.Host.DataFolder, "objects.csv");
        Assert.Equal(0, await node.RunAsync("objects", "generate", $"{Count}", file, "--prefix", "killed-", "--names"));

        var importing = node.RunAsync("objects", "import", file, "--id", "killed", "--json", "--patience", "5m");
        var before = await node.Host.Rest.GetUntilAsync("v1/operations?pageSize=10", answer => answer["operations"]!.AsArray().Any(operation => Committed(operation!) > 0));
        await node.Host.KillAsync();
        await node.Host.StartAsync();

        Assert.Equal(0, await importing);
        var done = await node.Host.Rest.GetAsync("v1/operations/killed");
        Assert.InRange(before["operations"]!.AsArray().Max(operation => Committed(operation!)), 1, Count);
        Assert.Equal(Count + 1, Committed(done));
        Assert.Equal((Count, 0, 0), (Number(done, "created"), Number(done, "unchanged"), Number(done, "failed")));
        Assert.Equal(Count, await CountAsync("killed-"));

        // Nothing of a secret in clear is on disk, and the device gets in with it.
        var line = (await File.ReadAllLinesAsync(file))[Count / 2].Split(',');
        var secret = line[5];
        Assert.DoesNotContain(secret, await StoredAsync(), StringComparison.Ordinal);
        await using var device = new MqttDevice(
            new MqttDeviceOptions { Name = line[0], Secret = secret, Server = new IPEndPoint(IPAddress.Loopback, node.Host.MqttPort) }, TimeProvider.System);
        await device.ConnectAsync();
        await device.ReportAsync(new DeviceReport("1", DeviceReport.SenmlJsonType, """[{"n":"kwh","v":1}]"""u8.ToArray()));
        await node.Host.Rest.GetUntilAsync($"v1/objects/{line[0]}/reports", answer => answer["reports"]!.AsArray().Count == 1);
    }

    [Fact]
    public async Task Import_Packed_TellsRefusedLinesInAFileAndByItsExitCode()
    {
        var file = Path.Combine(node.Host.DataFolder, "some.ndjson");
        var errors = Path.Combine(node.Host.DataFolder, "errors.csv");
        await File.WriteAllLinesAsync(file, ["""{"objectId":"some-1"}""", """{"objectId":"some,2"}""", """{"objectId":"some-3"}"""]);
        Assert.Equal(4, await node.RunAsync("objects", "import", file, "--errors", errors));
        var lines = await File.ReadAllLinesAsync(errors);
        Assert.Equal("line,field,reason", lines[0]);
        Assert.StartsWith("2,\"objectId\",", Assert.Single(lines[1..]), StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync("some-"));

        var packed = Path.Combine(node.Host.DataFolder, "packed.ndjson.gz");
        Assert.Equal(0, await node.RunAsync("objects", "generate", "1000", packed, "--prefix", "packed-"));
        Assert.Equal(0, await node.RunAsync("objects", "import", packed));
        Assert.Equal(0, await node.RunAsync("objects", "import", packed));
        Assert.Equal(1000, await CountAsync("packed-"));
        Assert.Equal(1, await node.RunAsync("objects", "import", Path.Combine(node.Host.DataFolder, "data", "operator.key")));
    }

    private static long Committed(JsonNode operation) => operation["name"]!.GetValue<string>() == "operations/killed" ? Number(operation, "committedLine") : 0;

    private static long Number(JsonNode operation, string name) => operation["metadata"]![name]!.GetValue<long>();

    private async Task<int> CountAsync(string prefix)
    {
        var ids = new HashSet<string>();
        var token = "";
        do
        {
            var page = await node.Host.Rest.GetAsync($"v1/objects?pageSize=1000&pageToken={token}");
            foreach (var found in page["objects"]!.AsArray())
            {
                var name = found!["name"]!.GetValue<string>();
                if (name.StartsWith("objects/" + prefix, StringComparison.Ordinal)) Assert.True(ids.Add(name));
            }

            token = page["nextPageToken"]!.GetValue<string>();
        }
        while (token.Length > 0);
        return ids.Count;
    }

    private async Task<string> StoredAsync()
    {
        var text = new System.Text.StringBuilder();
        foreach (var path in Directory.GetFiles(Path.Combine(node.Host.DataFolder, "data"), "m2m.db*"))
        {
            if (path.EndsWith(".lock", StringComparison.Ordinal)) continue;
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            text.Append(await reader.ReadToEndAsync());
        }

        return text.ToString();
    }
}
