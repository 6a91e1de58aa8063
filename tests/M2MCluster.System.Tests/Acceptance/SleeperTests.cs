using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Devices that sleep, move and come back.</summary>
public sealed class SleeperTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.2")]
    public async Task Message_ToASleeper_IsKeptOverARestartAndDeliveredWhenItWakes()
    {
        var id = await CreateSleeperAsync();
        await _coap.ReportAsync(id);
        await ReachabilityAsync(id, "ASLEEP");
        var message = await SendAsync($"objects/{id}", "wait for me");
        Assert.Equal("WAITING", (string)(await node.Rest.GetAsync($"v1/messages/{message}"))["state"]!);
        Assert.Contains("wake", (string)(await node.Rest.GetAsync($"v1/messages/{message}:explain"))["waitsFor"]!, StringComparison.Ordinal);

        await node.Host.KillAsync();
        await node.Host.StartAsync();
        Assert.Contains("wait for me", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=ok", "done");

        var ended = await node.Rest.GetAsync($"v1/messages/{message}");
        Assert.Equal(("ENDED", "APPLIED"), ((string)ended["state"]!, (string)ended["outcome"]!));
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    [Requirement("4.2")]
    public async Task Message_ToASleeperBehindAGateway_GoesOutWhenTheGatewayTellsThatItWoke()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var child = await CreateSleeperAsync(gateway);
        await using var session = Tool.Start(
            Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", "mqttv5", "-u", gateway, "-P", secret, "-q", "1",
            "-t", "m2m/children/+/mailbox/#", "-F", "%t %p");
        await node.Rest.GetUntilAsync($"v1/objects/{gateway}", found => found["status"]!["connected"]!.AsArray().Count > 0);
        var message = await SendAsync($"objects/{child}", "open");
        Assert.Equal("WAITING", (string)(await node.Rest.GetAsync($"v1/messages/{message}"))["state"]!);

        // Another session would take over: the child's report comes by the same gateway over CoAP, as it may.
        await node.Rest.PatchAsync($"v1/objects/{gateway}", new { securityPolicy = new { plain = "FULL" } });
        await _coap.ReportAsync(gateway, $"&for={child}");
        Assert.Equal($"m2m/children/{child}/mailbox/{message} open", await session.HearAsync(line => line.StartsWith("m2m/", StringComparison.Ordinal)));
        await node.Rest.GetUntilAsync($"v1/messages/{message}", answer => (string?)answer["outcome"] == "DELIVERED");
    }

    [SkippableFact]
    [Requirement("4.1.c")]
    public async Task Device_BackFromAnotherAddress_GetsWhatWaits()
    {
        var id = await CreateSleeperAsync();
        await _coap.CallAsync("post", $"/m2m/reports?ep={id}", "21", localAddress: "127.0.0.2");
        var message = await SendAsync($"objects/{id}", "found you");

        Assert.Contains("found you", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}", localAddress: "127.0.0.3"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=ok", "", localAddress: "127.0.0.4");
        Assert.Equal("APPLIED", (string)(await node.Rest.GetAsync($"v1/messages/{message}"))["outcome"]!);
    }

    [SkippableFact]
    [Requirement("6.7")]
    public async Task Reachability_FromFirstContactToSilence_IsKnownAndItsChangesAreEvents()
    {
        var id = $"t-{Guid.NewGuid():n}";
        var application = await Listener.SubscribeAsync(node, new { filter = $"type = \"m2m.object.reachability\" AND object = \"{id}\"" });
        await node.Rest.PostAsync(
            $"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, characteristics = new { sleeping = true, awakeWindow = 1, reportPeriod = 4 } });
        await ReachabilityAsync(id, "UNKNOWN");
        await _coap.ReportAsync(id);
        var told = await application.HearAsync("m2m.object.reachability", count: 3);

        Assert.Equal(["AWAKE", "ASLEEP", "OVERDUE"], told.Select(change => (string)change["data"]!["reachability"]!));
        await ReachabilityAsync(id, "OVERDUE");
        var until = (DateTimeOffset)told[0]["data"]!["until"]!;
        Assert.InRange(until - (DateTimeOffset)told[0]["time"]!, TimeSpan.FromMilliseconds(900), TimeSpan.FromMilliseconds(1100));

        var registered = await _coap.CallAsync("post", $"/rd?ep={id}&lt=600&sleeping=false", "</t>", "40");
        Assert.DoesNotContain("4.0", registered, StringComparison.Ordinal);
        await ReachabilityAsync(id, "REACHABLE");
    }

    private async Task<string> CreateSleeperAsync(string? gateway = null)
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new
        {
            securityPolicy = new { plain = "FULL" },
            characteristics = new { sleeping = true, awakeWindow = 1 },
            gateway = gateway is null ? null : $"objects/{gateway}",
        });
        return id;
    }

    private async Task<string> SendAsync(string target, string text)
    {
        var payload = Convert.ToBase64String(global::System.Text.Encoding.UTF8.GetBytes(text));
        var sent = await node.Rest.PostAsync("v1/messages", new { target, payload, contentType = "text/plain", ttl = "3600s" });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }

    private Task<JsonNode> ReachabilityAsync(string id, string expected) =>
        node.Rest.GetUntilAsync($"v1/objects/{id}", found => (string?)found["status"]!["reachability"] == expected);
}
