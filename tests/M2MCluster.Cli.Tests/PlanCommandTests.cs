namespace M2MCluster.Cli.Tests;

/// <summary><c>m2m plan</c> against a real node.</summary>
public sealed class PlanCommandTests
{
    [Fact]
    public async Task Plan_ShowsBudgetsCalendarAndSlots()
    {
        await using var node = new NodeFixture(new()
        {
            ["M2M__Planning__TimeZone"] = "Europe/Berlin",
            ["M2M__Planning__Bearers__Coap__MessagesPerSecond"] = "2",
            ["M2M__Planning__Bearers__Mqtt__BytesPerSecond"] = "100",
            ["M2M__Planning__Bearers__Mqtt__Cell__MessagesPerSecond"] = "0.1",
            ["M2M__Planning__Calendar__0__Days__0"] = "Saturday",
            ["M2M__Planning__Calendar__0__From"] = "22:00",
            ["M2M__Planning__Calendar__0__To"] = "06:00",
            ["M2M__Planning__Calendar__0__Price"] = "0.5",
        });
        await node.InitializeAsync();
        Assert.Equal(0, await node.RunAsync("object", "create", "m1", "--plain", "Full", "--set", "cell=\"mast-7\""));
        Assert.Equal(0, await node.RunAsync("send", "m1", "--text", "hello", "--bearer", "Mqtt", "--tolerance", "6h"));

        var (code, all, errors) = await node.ProcessAsync("plan");
        Assert.True(code == 0, errors);
        Assert.Contains("coap: 120 messages in a slot of 1m", all, StringComparison.Ordinal);
        Assert.Contains("mqtt: 6000 bytes in a slot of 1m, each cell 6 messages", all, StringComparison.Ordinal);
        Assert.Contains("22:00:00 to 06:00:00 Europe/Berlin, Saturday: price 0.5, 1 of the budgets", all, StringComparison.Ordinal);
        Assert.Contains("mast-7", all, StringComparison.Ordinal);
        var (_, json, _) = await node.ProcessAsync("plan", "mqtt", "--slots", "361", "--cell", "mast-7", "--json");
        var slots = System.Text.Json.Nodes.JsonNode.Parse(json)!["slots"]!.AsArray();
        Assert.Equal(361, slots.Count);
        Assert.Equal(1, slots.Sum(slot => (int?)slot!["tolerant"]!["messages"] ?? 0));

        Assert.Equal(1, await node.RunAsync("plan", "sms"));
        Assert.NotEqual(0, await node.RunAsync("plan", "--cell", "mast-7"));
    }
}
