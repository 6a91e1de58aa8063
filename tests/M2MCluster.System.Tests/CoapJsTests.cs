using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Acceptance;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests;

/// <summary>The npm package coap against a whole node.</summary>
public sealed class CoapJsTests(Node node) : IClassFixture<Node>
{
    [SkippableFact]
    [Requirement("4.1.a")]
    [Requirement("4.2")]
    public async Task Device_RegistersReportsObservesAndAnswers()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var device = await StartAsync();
        await device.AskAsync(new { method = "POST", path = "/rd", query = $"ep={id}&lt=300", format = 40, payload = Base64("</s>") }, "2.01");
        await device.AskAsync(new { method = "POST", path = "/m2m/reports", query = $"ep={id}", format = 110, payload = Base64("""[{"n":"t","v":1}]""") }, "2.04");

        await device.SayAsync(new { method = "GET", path = "/m2m/mailbox", query = $"ep={id}", observe = true });
        Assert.Equal("2.05", (string?)(await device.HearAsync("notified"))["code"]);
        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{id}", payload = Base64("hello"), contentType = "text/plain", ttl = "3600s" });
        var message = ((string)answer["message"]!["name"]!)["messages/".Length..];
        Assert.Contains(message, JsDevice.TextOf(await device.HearAsync("notified")), StringComparison.Ordinal);

        Assert.Equal("hello", await device.AskAsync(new { method = "GET", path = "/m2m/mailbox/next", query = $"ep={id}" }, "2.05"));
        foreach (var (result, expected) in new[] { ("ok", "2.04"), ("ok", "2.04"), ("error", "4.09") })
        {
            await device.AskAsync(new { method = "POST", path = $"/m2m/mailbox/{message}", query = $"result={result}&ep={id}" }, expected);
        }

        await node.Rest.GetUntilAsync($"v1/messages/{message}", found => (string?)found["outcome"] == "APPLIED");
    }

    [SkippableFact]
    [Requirement("4.1.a")]
    public async Task Blockwise_64KiBBothWays_AreWhole()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var payload = new byte[64 * 1024];
        new Random(2).NextBytes(payload);
        await using var device = await StartAsync();
        await device.AskAsync(new { method = "POST", path = "/m2m/reports", query = $"ep={id}", format = 42, block = 6, payload = Convert.ToBase64String(payload) }, "2.04");
        var page = await node.Rest.GetUntilAsync($"v1/objects/{id}/reports", page => page["reports"] is JsonArray { Count: 1 });
        Assert.Equal(payload, Convert.FromBase64String((string)page["reports"]![0]!["payload"]!));

        await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{id}", payload = Convert.ToBase64String(payload), contentType = "application/octet-stream", ttl = "3600s" });
        Assert.Equal(payload, Convert.FromBase64String((string)(await device.AskAsync(new { method = "GET", path = "/m2m/mailbox/next", query = $"ep={id}", block2 = 6 }))["payload"]!));
    }

    /// <summary>The package puts the blocks of a body together by their token alone, and so it does with those of an answer.</summary>
    [SkippableTheory]
    [InlineData('s', "done")]
    [InlineData('L', null)]
    [Requirement("4.1.a")]
    public async Task Command_Of4KiB_ToAServerOfThePackage_ArrivesWholeAndOnce(char first, string? answer)
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var payload = new byte[4096];
        new Random(3).NextBytes(payload);
        payload[0] = (byte)first;
        var (device, _) = await Acceptance.JsDevice.ServingCoapAsync(node.Host.CoapPort);
        await using var thing = device;
        await device.RegisterAsync(id);
        async Task<string> SendAsync(byte[] body) => (string)(await node.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = Convert.ToBase64String(body), ttl = "600s", confirmation = "APPLIED", command = new { name = "put", method = "PUT", path = "/led" },
        }))["message"]!["name"]!;

        var name = await SendAsync(payload);
        var request = await device.HearAsync("request");
        Assert.Equal(("PUT", "/led"), ((string?)request["method"], (string?)request["path"]));
        Assert.Equal(payload, Convert.FromBase64String((string)request["payload"]!));
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "APPLIED");
        Assert.Equal(answer is null ? new string('x', 4096) : answer, Encoding.UTF8.GetString(Convert.FromBase64String((string)ended["result"]!["payload"]!)));

        // Nothing came between that and the next one.
        await SendAsync([7]);
        Assert.Equal([7], Convert.FromBase64String((string)(await device.HearAsync("request"))["payload"]!));
    }

    [SkippableTheory]
    [InlineData("NONE", "REPORTS", "4.01", "4.03")]
    public async Task Device_PolicyForbidsPlain_IsRefused(string nothing, string reports, string one, string other)
    {
        var (closed, _) = await node.CreateAsync(plain: nothing);
        var (reporting, _) = await node.CreateAsync(plain: reports);
        await using var device = await StartAsync();
        Assert.Contains((string?)(await device.AskAsync(new { method = "POST", path = "/m2m/reports", query = $"ep={closed}", format = 110, payload = Base64("""[{"n":"t","v":1}]""") }))["code"], (string[])[one, other]);
        Assert.Contains((string?)(await device.AskAsync(new { method = "GET", path = "/m2m/mailbox", query = $"ep={reporting}" }))["code"], (string[])[one, other]);
        Assert.Empty((await node.Rest.GetAsync($"v1/objects/{closed}/reports"))["reports"] as JsonArray ?? []);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private Task<JsDevice> StartAsync() => JsDevice.CoapAsync(node.Host.CoapPort);
}
