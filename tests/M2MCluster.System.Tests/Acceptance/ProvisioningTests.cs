using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Objects that are known long before they are switched on, and those that are switched on before they are known.</summary>
public sealed class ProvisioningTests(Node node) : IClassFixture<Node>
{
    private const int Objects = 2000;

    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("5.2.1.c")]
    public async Task Import_LongBeforeFirstContact_KeysAreNotInClear_AndWhoComesEarlyIsToldLater()
    {
        var folder = Directory.CreateTempSubdirectory("m2m-import-").FullName;
        var (file, errors) = (Path.Combine(folder, "objects.ndjson"), Path.Combine(folder, "errors.ndjson"));
        try
        {
            // Switched on before it is assigned, again and again, and nothing is used up.
            for (var i = 0; i < 3; i++) Assert.Contains("5.03", await BootstrapAsync(Id(0)), StringComparison.Ordinal);
            Assert.Empty((await node.Rest.GetAsync($"v1/objects?filter={Uri.EscapeDataString($"id = \"{Id(0)}\"")}"))["objects"]?.AsArray() ?? []);

            await File.WriteAllLinesAsync(file, [.. Enumerable.Range(0, Objects).Select(Line), """{"objectId":"no id","colour":"red"}"""]);
            var (code, output, _) = await ImportAsync(file, errors);
            Assert.Equal((4, 1, Objects), (code, File.ReadLines(errors).Skip(1).Count(), Count(output, "created")));
            (_, output, _) = await ImportAsync(file, errors);
            Assert.Equal((0, Objects), (Count(output, "created"), Count(output, "unchanged")));
            Assert.DoesNotContain("5.03", await BootstrapAsync(Id(0)), StringComparison.Ordinal);

            await node.Host.StopAsync();
            Assert.Empty(FilesThatHold(node.Host.DataFolder, [Secret(0), Secret(Objects / 2), Secret(Objects - 1)]));

            node.Host.Ahead(TimeSpan.FromDays(3653));
            await node.Host.StartAsync();
            Assert.DoesNotContain("5.03", await BootstrapAsync(Id(1)), StringComparison.Ordinal);
            await _coap.CallAsync("post", $"/rd?ep={Id(1)}&lt=600", "</t>", "40");
            await _coap.ReportAsync(Id(1));
            await PublishAsync(Id(Objects - 1), Secret(Objects - 1));
            foreach (var id in new[] { Id(1), Id(Objects - 1) })
            {
                var report = Assert.Single((await node.Rest.GetUntilAsync($"v1/objects/{id}/reports", page => page["reports"] is JsonArray { Count: > 0 }))["reports"]!.AsArray());
                Assert.True((DateTimeOffset)report!["time"]! > DateTimeOffset.UtcNow.AddYears(9));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Id(int index) => $"prov-{index}";

    private static string Secret(int index) => $"the-secret-of-object-{index}-for-ever";

    private static string Line(int index) => $$"""{"objectId":"{{Id(index)}}","securityPolicy":{"plain":"FULL"},"mqttSecret":"{{Secret(index)}}"}""";

    private Task<string> BootstrapAsync(string id) => _coap.CallAsync("post", $"/m2m/bootstrap?ep={id}");

    private Task<(int Code, string Output, string Errors)> ImportAsync(string file, string errors) => Tool.RunAsync(
        TimeSpan.FromMinutes(2), "dotnet", Node.CliAssembly, "objects", "import", file, "--errors", errors, "--json",
        "--server", $"http://127.0.0.1:{node.Host.GrpcPort}", "--key", node.Host.OperatorKey);

    private static int Count(string output, string name) => int.Parse(JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!["response"]![name]?.ToString() ?? "0", CultureInfo.InvariantCulture);

    private async Task PublishAsync(string id, string secret)
    {
        var (code, _, errors) = await Tool.RunAsync(Programs.MosquittoPub,
            "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-u", id, "-P", secret, "-i", id, "-V", "mqttv5", "-q", "1", "-t", "m2m/reports", "-m", """[{"n":"t","v":21.5}]""");
        Assert.True(code == 0, errors);
    }

    private static List<string> FilesThatHold(string folder, IReadOnlyList<string> texts) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => texts.Any(text => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0))];
}
