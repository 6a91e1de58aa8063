using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>An MQTT device (mqtt.js) that switches its radio off and on.</summary>
public sealed class MqttRadioTests(Node node) : IClassFixture<Node>
{
    // A device that stays connected asks now and then whether the node is there, as MQTT wants it to, and is answered by two bytes.
    private const int KeepAlive = 4;

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    [Requirement("4.22.b")]
    public async Task SuspendedDevice_GetsNothing_AndTrafficFollowsOnResume(bool hangsUp)
    {
        var (id, secret) = await node.CreateAsync();
        await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { inFlight = 4 } });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        await using var relay = new TcpRelay(node.Host.MqttPort);
        var device = await JsDevice.MqttAsync(relay.Port, id, secret);
        try
        {
            var first = await SendAsync(id, 0);
            await device.ApplyAsync(first);
            await EndedAsync(first, "APPLIED");

            await device.PublishAsync("m2m/radio", "suspend=3600");
            if (hangsUp) await device.SayAsync(new { @do = "end" });
            await node.Rest.GetUntilAsync($"v1/objects/{id}", found => (string?)found["status"]!["reachability"] == "SUSPENDED");
            var before = relay.Down;
            // What waits has its deadline all the same; what is urgent waits too.
            var dead = await SendAsync(id, 7, "1s");
            var urgent = await SendAsync(id, 7);
            await EndedAsync(dead, "EXPIRED");
            var why = await node.Rest.GetAsync($"v1/{urgent}:explain");
            Assert.Contains("radio", (string)why["waitsFor"]!, StringComparison.Ordinal);
            Assert.DoesNotContain(why["steps"]!.AsArray(), step => ((string)step!["what"]!).StartsWith("pushed", StringComparison.Ordinal));
            Assert.InRange(relay.Down - before, 0, KeepAlive);

            if (hangsUp)
            {
                await device.DisposeAsync();
                device = await JsDevice.MqttAsync(relay.Port, id, secret);
            }
            else
            {
                await device.PublishAsync("m2m/radio", "");
            }

            await device.ApplyAsync(urgent);
            await EndedAsync(urgent, "APPLIED");
            var states = (await application.HearAsync("m2m.object.reachability", 3)).Select(told => (string)told["data"]!["reachability"]!).ToList();
            Assert.Contains("SUSPENDED", states);
            Assert.Equal("REACHABLE", states[^1]);
        }
        finally
        {
            await device.DisposeAsync();
        }
    }

    private async Task<string> SendAsync(string id, int priority, string ttl = "3600s") => (string)(await node.Rest.PostAsync("v1/messages", new
    {
        target = $"objects/{id}", payload = Convert.ToBase64String("x"u8), contentType = "text/plain", ttl, priority, confirmation = "APPLIED",
    }))["message"]!["name"]!;

    private Task<JsonNode> EndedAsync(string name, string outcome) => node.Rest.GetUntilAsync($"v1/{name}", found => (string?)found["outcome"] == outcome);
}
