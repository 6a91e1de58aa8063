using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Devices without an address of their own.</summary>
public sealed class GatewayTests(Node node) : IClassFixture<Node>
{
    private const int ManyChildren = 1000;

    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.6")]
    public async Task Child_MovesToAnotherGateway_AndItsMessageFollows()
    {
        var (first, _) = await node.CreateAsync("GATEWAY", "FULL");
        var (second, _) = await node.CreateAsync("GATEWAY", "FULL");
        var (stranger, _) = await node.CreateAsync("GATEWAY", "FULL");
        var child = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={child}", new { gateway = $"objects/{first}", permittedGateways = new[] { $"objects/{second}" } });
        await _coap.ReportAsync(first, $"&for={child}");
        var message = await SendAsync(child);
        Assert.Contains($"for=\"{child}\"", await _coap.CallAsync("get", $"/m2m/mailbox?ep={first}"), StringComparison.Ordinal);

        // The child turns up behind another gateway, which speaks for it from then on; the former, and a stranger, do not.
        await node.Rest.PatchAsync($"v1/objects/{child}", new { gateway = $"objects/{second}" });
        Assert.Contains("hello", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={second}&for={child}"), StringComparison.Ordinal);
        Assert.Contains("4.03", await _coap.ReportAsync(first, $"&for={child}"), StringComparison.Ordinal);
        Assert.Contains("4.03", await _coap.ReportAsync(stranger, $"&for={child}"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={second}&for={child}&result=ok", "");

        Assert.Equal("APPLIED", (string)(await node.Rest.GetAsync($"v1/messages/{message}"))["outcome"]!);
        var report = Assert.Single((await node.Rest.GetAsync($"v1/objects/{child}/reports"))["reports"]!.AsArray());
        Assert.Equal($"objects/{first}", (string)report!["via"]!);
    }

    [SkippableFact]
    [Requirement("4.21")]
    public async Task GatewayWithAThousandChildren_AfterAPowerCut_IsBackWithOneExchange()
    {
        var (gateway, _) = await node.CreateAsync("GATEWAY", "FULL");
        var prefix = $"{Guid.NewGuid():n}"[..8];
        await Parallel.ForEachAsync(Enumerable.Range(0, ManyChildren), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (child, _) =>
            await node.Rest.PostAsync($"v1/objects?objectId={prefix}-{child}", new { gateway = $"objects/{gateway}" }));
        var pack = string.Join(',', Enumerable.Range(0, ManyChildren).Select(child => $$"""{"bn":"{{prefix}}-{{child}}/","n":"t","v":{{child}}}"""));
        var message = await SendAsync($"{prefix}-{ManyChildren - 1}");

        await node.Host.KillAsync();
        await node.Host.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"[{pack}]");
        var (code, _, errors) = await Testing.Processes.Tool.RunAsync(
            Programs.CoapClient, "-B", "20", "-m", "post", "-b", "1024", "-t", "110", "-f", file, $"coap://127.0.0.1:{node.Host.CoapPort}/m2m/reports?ep={gateway}");
        File.Delete(file);
        Assert.Equal((0, ""), (code, errors));

        foreach (var child in new[] { 0, 500, ManyChildren - 1 })
        {
            var reports = (await node.Rest.GetAsync($"v1/objects/{prefix}-{child}/reports"))["reports"]!.AsArray();
            Assert.Equal(child, (int)Assert.Single(reports)!["senml"]![0]!["v"]!);
        }

        Assert.Contains($"</m2m/mailbox/{message}>", await _coap.CallAsync("get", $"/m2m/mailbox?ep={gateway}"), StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string id)
    {
        JsonNode sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", contentType = "text/plain", ttl = "3600s" });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }
}
