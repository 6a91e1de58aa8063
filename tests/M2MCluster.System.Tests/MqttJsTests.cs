using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>mqtt.js against a whole node.</summary>
public sealed class MqttJsTests(Node node) : IClassFixture<Node>
{
    [SkippableTheory]
    [InlineData("4")]
    [InlineData("5")]
    [Requirement("4.1.a")]
    [Requirement("4.7")]
    public async Task Publish_UnreadableReport_IsToldAndTheConnectionStays(string version)
    {
        var (id, secret) = await node.CreateAsync();
        await using var device = await ConnectAsync(id, secret, version);
        await SayAsync(device, new { @do = "subscribe", topic = "m2m/errors" });
        await HearAsync(device, "done");
        await SayAsync(device, Publish("m2m/reports", "no senml"));

        var told = await HearAsync(device, "message");
        Assert.Equal("m2m/errors", (string?)told["topic"]);
        Assert.Equal("unreadable", (string?)JsonNode.Parse(Convert.FromBase64String((string)told["payload"]!))!["error"]);
        var done = await HearAsync(device, "done");
        if (version == "5") Assert.Equal(0x99, (int?)done["code"] ?? (int?)done["reason"]);
        await SayAsync(device, Publish("m2m/reports", """[{"n":"t","v":1}]"""));
        Assert.Null((string?)(await HearAsync(device, "done"))["error"]);
    }

    [SkippableTheory]
    [InlineData("4", "ok", "APPLIED")]
    [InlineData("4", "error", "REJECTED")]
    [InlineData("5", "ok", "APPLIED")]
    [InlineData("5", "error", "REJECTED")]
    public async Task Message_ToBeApplied_EndsByTheDevicesResult(string version, string result, string outcome)
    {
        var (id, secret) = await node.CreateAsync();
        await using var device = await ConnectAsync(id, secret, version);
        await SayAsync(device, new { @do = "subscribe", topic = "m2m/mailbox/#" });
        await HearAsync(device, "done");
        var answer = await node.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = Convert.ToBase64String("on"u8), contentType = "text/plain", ttl = "3600s", priority = 5, confirmation = "APPLIED",
            command = new { name = "switch", method = "PUT", path = "/lamp" },
        });
        var name = (string)answer["message"]!["name"]!;
        var message = await HearAsync(device, "message");
        var topic = (string)message["topic"]!;
        Assert.Equal($"m2m/mailbox/{name["messages/".Length..]}", topic);
        Assert.Equal("on", Encoding.UTF8.GetString(Convert.FromBase64String((string)message["payload"]!)));
        if (version == "5")
        {
            var properties = message["properties"]!;
            Assert.Equal(("text/plain", topic + "/result"), ((string?)properties["contentType"], (string?)properties["responseTopic"]));
            Assert.Equal(("5", "switch", "/lamp"), ((string?)properties["user"]!["priority"], (string?)properties["user"]!["name"], (string?)properties["user"]!["path"]));
            await SayAsync(device, Publish(topic + "/result", "done", new { userProperties = new { result }, contentType = "text/plain" }));
        }
        else
        {
            await SayAsync(device, Publish(topic + "/result", JsonSerializer.Serialize(new { result, payload = "done" })));
        }

        await HearAsync(device, "done");
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == outcome);
        Assert.Contains(Convert.ToBase64String("done"u8), ended.ToJsonString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Connect_Twice_TheLaterTakesOver()
    {
        var (id, secret) = await node.CreateAsync();
        await using var former = await ConnectAsync(id, secret, "5");
        await using var later = await ConnectAsync(id, secret, "5");

        Assert.Equal(0x8E, (int?)(await HearAsync(former, "disconnect"))["reason"]);
        await SayAsync(later, Publish("m2m/reports", """[{"n":"t","v":1}]"""));
        Assert.Null((string?)(await HearAsync(later, "done"))["error"]);
    }

    [SkippableFact]
    [Requirement("4.6")]
    public async Task Gateway_ReportsAndMailboxOfItsChild_GoThroughIt()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (child, _) = await node.CreateAsync(gateway: gateway);
        await using var device = await ConnectAsync(gateway, secret, "5");
        await SayAsync(device, new { @do = "subscribe", topic = "m2m/children/+/mailbox/#" });
        await HearAsync(device, "done");
        await SayAsync(device, Publish($"m2m/children/{child}/reports", """[{"n":"t","v":1}]"""));
        Assert.Null((string?)(await HearAsync(device, "done"))["error"]);
        await node.Rest.GetUntilAsync($"v1/objects/{child}/reports", page => page["reports"] is JsonArray { Count: 1 });

        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{child}", payload = Convert.ToBase64String("hi"u8), contentType = "text/plain", ttl = "3600s" });
        var name = (string)answer["message"]!["name"]!;
        var message = await HearAsync(device, "message");
        Assert.Equal($"m2m/children/{child}/mailbox/{name["messages/".Length..]}", (string?)message["topic"]);
        await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "DELIVERED");
    }

    private static object Publish(string topic, string payload, object? properties = null) =>
        new { @do = "publish", topic, payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)), properties };

    private static Task SayAsync(Tool device, object command) => device.SayAsync(JsonSerializer.Serialize(command));

    private static async Task<JsonNode> HearAsync(Tool device, string what) =>
        JsonNode.Parse(await device.HearAsync(line => (string?)JsonNode.Parse(line)!["event"] == what))!;

    private async Task<Tool> ConnectAsync(string id, string secret, string version)
    {
        var device = await Programs.NodeAsync("mqtt-device.js", $"mqtt://127.0.0.1:{node.Host.MqttPort}", version, id, secret);
        Assert.Equal(false, (bool?)(await HearAsync(device, "connected"))["sessionPresent"]);
        return device;
    }
}
