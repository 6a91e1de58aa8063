using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Acceptance;
using M2MCluster.Testing;

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
        await using var device = await ConnectAsync(id, secret, version, "m2m/errors");
        await device.SayAsync(Publish("m2m/reports", "no senml"));

        var told = await device.HearAsync("message");
        Assert.Equal("m2m/errors", (string?)told["topic"]);
        Assert.Equal("unreadable", (string?)JsonNode.Parse(Convert.FromBase64String((string)told["payload"]!))!["error"]);
        var done = await device.HearAsync("done");
        if (version == "5") Assert.Equal(0x99, (int?)done["code"] ?? (int?)done["reason"]);
        await device.PublishAsync("m2m/reports", """[{"n":"t","v":1}]""");
    }

    [SkippableTheory]
    [InlineData("4", "ok", "APPLIED")]
    [InlineData("4", "error", "REJECTED")]
    [InlineData("5", "ok", "APPLIED")]
    [InlineData("5", "error", "REJECTED")]
    public async Task Message_ToBeApplied_EndsByTheDevicesResult(string version, string result, string outcome)
    {
        var (id, secret) = await node.CreateAsync();
        await using var device = await ConnectAsync(id, secret, version, "m2m/mailbox/#");
        var answer = await node.Rest.PostAsync("v1/messages", new
        {
            target = $"objects/{id}", payload = Convert.ToBase64String("on"u8), contentType = "text/plain", ttl = "3600s", priority = 5, confirmation = "APPLIED",
            command = new { name = "switch", method = "PUT", path = "/lamp" },
        });
        var name = (string)answer["message"]!["name"]!;
        var message = await device.HearAsync("message");
        var topic = (string)message["topic"]!;
        Assert.Equal($"m2m/mailbox/{name["messages/".Length..]}", topic);
        Assert.Equal("on", Encoding.UTF8.GetString(Convert.FromBase64String((string)message["payload"]!)));
        if (version == "5")
        {
            var properties = message["properties"]!;
            Assert.Equal(("text/plain", topic + "/result"), ((string?)properties["contentType"], (string?)properties["responseTopic"]));
            Assert.Equal(("5", "switch", "/lamp"), ((string?)properties["user"]!["priority"], (string?)properties["user"]!["name"], (string?)properties["user"]!["path"]));
            await device.PublishAsync(topic + "/result", "done", new { userProperties = new { result }, contentType = "text/plain" });
        }
        else
        {
            await device.PublishAsync(topic + "/result", JsonSerializer.Serialize(new { result, payload = "done" }));
        }

        var ended = await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == outcome);
        Assert.Contains(Convert.ToBase64String("done"u8), ended.ToJsonString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Connect_Twice_TheLaterTakesOver()
    {
        var (id, secret) = await node.CreateAsync();
        await using var former = await ConnectAsync(id, secret, "5");
        await using var later = await ConnectAsync(id, secret, "5");

        Assert.Equal(0x8E, (int?)(await former.HearAsync("disconnect"))["reason"]);
        await later.PublishAsync("m2m/reports", """[{"n":"t","v":1}]""");
    }

    [SkippableFact]
    [Requirement("4.6")]
    public async Task Gateway_ReportsAndMailboxOfItsChild_GoThroughIt()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (child, _) = await node.CreateAsync(gateway: gateway);
        await using var device = await ConnectAsync(gateway, secret, "5", "m2m/children/+/mailbox/#");
        await device.PublishAsync($"m2m/children/{child}/reports", """[{"n":"t","v":1}]""");
        await node.Rest.GetUntilAsync($"v1/objects/{child}/reports", page => page["reports"] is JsonArray { Count: 1 });

        var answer = await node.Rest.PostAsync(
            "v1/messages", new { target = $"objects/{child}", payload = Convert.ToBase64String("hi"u8), contentType = "text/plain", ttl = "3600s" });
        var name = (string)answer["message"]!["name"]!;
        var message = await device.HearAsync("message");
        Assert.Equal($"m2m/children/{child}/mailbox/{name["messages/".Length..]}", (string?)message["topic"]);
        await node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == "DELIVERED");
    }

    private static object Publish(string topic, string payload) => new { @do = "publish", topic, payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)) };

    private Task<JsDevice> ConnectAsync(string id, string secret, string version, string? topic = null) => JsDevice.MqttAsync(node.Host.MqttPort, id, secret, topic, version);
}
