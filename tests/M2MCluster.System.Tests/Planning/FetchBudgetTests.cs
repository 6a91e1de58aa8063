using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Acceptance;

namespace M2MCluster.System.Tests.Planning;

/// <summary>A node that lets one message an hour leave in each cell over CoAP, and 64 bytes in the cell <c>narrow</c>.</summary>
public sealed class FetchBudgetNode : Node
{
    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>
    {
        ["M2M__Planning__Slot"] = "01:00:00",
        ["M2M__Planning__Bearers__Coap__Cell__MessagesPerSecond"] = (1.5 / 3600).ToString(CultureInfo.InvariantCulture),
        ["M2M__Planning__Bearers__Coap__Cells__narrow__BytesPerSecond"] = (64.5 / 3600).ToString(CultureInfo.InvariantCulture),
    };
}

/// <summary>What the npm package coap is told by budgets.</summary>
public sealed class FetchBudgetTests(FetchBudgetNode node) : IClassFixture<FetchBudgetNode>
{
    [SkippableFact]
    public async Task Fetch_BudgetIsUsedUp_Is503WithMaxAgeAndTheMessageWaits()
    {
        await using var device = await JsDevice.CoapAsync(node.Host.CoapPort);
        JsonNode refused;
        (string Id, string Message) second;
        var cell = 0;
        do
        {
            // Once more if an hour has just begun between the two.
            Assert.True(cell < 2, "a message left beyond the budget");
            var first = await SendAsync($"cell-{++cell}", "first");
            second = await SendAsync($"cell-{cell}", "second");
            Assert.Equal("2.05", (string?)(await GetAsync(device, "/m2m/mailbox/next", first.Id))["code"]);
            refused = await GetAsync(device, $"/m2m/mailbox/{second.Message}", second.Id);
        }
        while ((string?)refused["code"] == "2.05");

        Assert.Equal("5.03", (string?)refused["code"]);
        Assert.InRange((int)refused["options"]!["Max-Age"]!, 1, 3600);
        Assert.Equal("5.03", (string?)(await GetAsync(device, "/m2m/mailbox/next", second.Id))["code"]);
        Assert.Contains(second.Message, JsDevice.TextOf(await GetAsync(device, "/m2m/mailbox", second.Id)), StringComparison.Ordinal);
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/messages/{second.Message}"))["state"]);
        Assert.Contains("budget of COAP", (string)(await node.Rest.GetAsync($"v1/messages/{second.Message}:explain"))["summary"]!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_LargerThanASlotLetsThrough_IsRefusedAndTheNextOneComes()
    {
        await using var device = await JsDevice.CoapAsync(node.Host.CoapPort);
        var (id, large) = await SendAsync("narrow", new string('x', 65));

        Assert.Equal("4.13", (string?)(await GetAsync(device, $"/m2m/mailbox/{large}", id))["code"]);
        Assert.Equal("4.04", (string?)(await GetAsync(device, "/m2m/mailbox/next", id))["code"]);
        await SendAsync(id, new string('y', 3), "small");
        Assert.Equal("yyy", JsDevice.TextOf(await GetAsync(device, "/m2m/mailbox/next", id)));

        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(id, new string('z', 65), "refused", "COAP"));
        Assert.Equal(global::System.Net.HttpStatusCode.BadRequest, refusal.StatusCode);
        Assert.Contains("at most 64", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<(string Id, string Message)> SendAsync(string cell, string text)
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", securityPolicy = new { plain = "FULL" }, characteristics = new { cell } });
        return (id, await SendAsync(id, text, ""));
    }

    private async Task<string> SendAsync(string id, string text, string key, string? bearer = null)
    {
        var answer = await node.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = Convert.ToBase64String(global::System.Text.Encoding.UTF8.GetBytes(text)), contentType = "text/plain", ttl = "86400s", coalesceKey = key,
            pathPolicy = bearer is null ? null : new { bearers = new[] { bearer } },
        });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }

    private static Task<JsonNode> GetAsync(JsDevice device, string path, string id) => device.AskAsync(new { method = "GET", path, query = $"ep={id}" });
}
