using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Sms;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>The application begins, and the object is idle at an address that has changed without a word: by devices, a gateway and an SMSC of other authors.</summary>
public sealed class ReachTests(ReachNode node) : IClassFixture<ReachNode>
{
    private static int _numbers = 1000;

    [SkippableFact]
    [Requirement("4.1.d")]
    public async Task ServingDevice_ThatMovedSilently_IsCalledBySmsAndGetsItAtItsNewAddress()
    {
        var (id, number) = await CreateWithNumberAsync(new { sleeping = false });
        var (device, first) = await JsDevice.ServingCoapAsync(node.Host.CoapPort);
        await using var there = device;
        await device.RegisterAsync(id);
        var idle = await SendAsync(id);
        Assert.Equal(first, (int)(await device.HearAsync("request"))["at"]!);
        await EndedInTimeAsync(idle, "APPLIED");

        await device.SayAsync(new { @do = "move" });
        var second = (int)(await device.HearAsync("ready"))["port"]!;
        var moved = await SendAsync(id);
        await CalledAsync(number, moved);
        await device.RegisterAsync(id);
        var request = await device.HearAsync("request");

        Assert.Equal((second, "PUT", "/led"), ((int)request["at"]!, (string?)request["method"], (string?)request["path"]));
        var why = await EndedInTimeAsync(moved, "APPLIED");
        Assert.Equal(["pushed over COAP", "called the object by SMS", "pushed over COAP"], Steps(why));
    }

    [SkippableFact]
    [Requirement("4.1.d")]
    public async Task SleepingDevice_ThatMovedSilently_IsCalledBySmsAndFetchesItFromItsNewAddress()
    {
        var (id, number) = await CreateWithNumberAsync(new { sleeping = true, awakeWindow = 1 });
        await using (var before = await JsDevice.CoapAsync(node.Host.CoapPort))
        {
            await before.AskAsync(new { method = "POST", path = "/m2m/reports", query = $"ep={id}", format = 110, payload = Base64("""[{"n":"t","v":1}]""") }, "2.04");
            await node.Rest.GetUntilAsync($"v1/objects/{id}", found => (string?)found["status"]!["reachability"] == "ASLEEP");
        }

        // Not urgent: the device sleeps on.
        var later = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text($"objects/{id}", "later")))["message"]!["name"]!;
        var name = await SendAsync(id, command: false);
        var call = await CalledAsync(number, name);
        Assert.Equal(1, (int)call["registered"]!);
        var waiting = await node.Rest.GetUntilAsync($"v1/{name}:explain", found => ((string?)found["waitsFor"])?.Contains("called by SMS", StringComparison.Ordinal) == true);
        Assert.Contains("called the object by SMS", Steps(waiting));

        await using var device = await JsDevice.CoapAsync(node.Host.CoapPort);
        Assert.Equal("on", await device.AskAsync(new { method = "GET", path = $"/m2m/mailbox/{IdIn(call)}", query = $"ep={id}" }, "2.05"));
        await device.AskAsync(new { method = "POST", path = $"/m2m/mailbox/{IdIn(call)}", query = $"ep={id}&result=ok" }, "2.04");
        await EndedInTimeAsync(name, "APPLIED");
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{later}"))["state"]);
    }

    [SkippableFact]
    [Requirement("4.1.d")]
    public async Task HeldConnection_ReachesAnIdleDevice_AndOneThatTheTranslatorForgotIsCalledBySms()
    {
        var (id, number) = await CreateWithNumberAsync(new { sleeping = false });
        var secret = $"secret-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret } });
        await using var translator = new TcpRelay(node.Host.MqttPort);
        await using (var device = await JsDevice.MqttAsync(translator.Port, id, secret))
        {
            var held = await SendAsync(id);
            await device.ApplyAsync(held);
            Assert.Equal(["pushed over MQTT"], Steps(await EndedInTimeAsync(held, "APPLIED")));
        }

        await using var former = await JsDevice.MqttAsync(translator.Port, id, secret);
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"] is JsonArray { Count: 1 });
        translator.Forget();
        var name = await SendAsync(id);
        await CalledAsync(number, name);
        await using var later = await JsDevice.MqttAsync(translator.Port, id, secret);
        await later.ApplyAsync(name);

        Assert.Equal(["pushed over MQTT", "called the object by SMS", "pushed over MQTT"], Steps(await EndedInTimeAsync(name, "APPLIED")));
    }

    [SkippableFact]
    [Requirement("4.1.d")]
    public async Task ServingDevice_ThatMovedSilently_IsReachedByItsGatewayBesideTheDeadAddress()
    {
        var (gateway, secret) = await node.CreateAsync("GATEWAY");
        var (id, _) = await node.CreateAsync(plain: "FULL", gateway: gateway);
        await using var session = await JsDevice.MqttAsync(node.Host.MqttPort, gateway, secret, "m2m/children/+/mailbox/#");
        var (device, _) = await JsDevice.ServingCoapAsync(node.Host.CoapPort);
        await using var there = device;
        await device.RegisterAsync(id);
        await device.SayAsync(new { @do = "move" });
        await device.HearAsync("ready");
        var name = await SendAsync(id);
        await session.ApplyAsync(name, $"m2m/children/{id}/");

        var why = await EndedInTimeAsync(name, "APPLIED");
        Assert.Equal(["pushed over COAP", $"pushed over MQTT by {gateway}, since it goes unconfirmed"], Steps(why));
    }

    private async Task<(string Id, string Number)> CreateWithNumberAsync(object characteristics)
    {
        var number = $"+4919{Interlocked.Increment(ref _numbers)}";
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { names = new[] { $"tel:{number}" }, securityPolicy = new { plain = "FULL" }, characteristics });
        return (id, number);
    }

    private async Task<string> SendAsync(string id, bool command = true) => (string)(await node.Rest.PostAsync("v1/messages", new
    {
        target = $"objects/{id}", payload = Base64("on"), contentType = "text/plain", serviceClass = $"serviceClasses/{ReachNode.Class}", ttl = "600s",
        command = command ? new { name = "on", method = "PUT", path = "/led" } : null,
    }))["message"]!["name"]!;

    /// <summary>The wake-up that the SMSC got for the message.</summary>
    private async Task<JsonNode> CalledAsync(string number, string name)
    {
        var call = await node.Smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);
        Assert.Equal(name["messages/".Length..], IdIn(call));
        return call;
    }

    private static string IdIn(JsonNode call)
    {
        var bytes = (string)call["bytes"]!;
        Assert.StartsWith(Convert.ToHexStringLower("WAKE"u8), bytes, StringComparison.Ordinal);
        return bytes[8..];
    }

    /// <summary>How it is explained, once it has ended so, within what its class promises.</summary>
    private async Task<JsonNode> EndedInTimeAsync(string name, string outcome)
    {
        var why = await node.Rest.GetUntilAsync($"v1/{name}:explain", found => (string?)found["message"]!["state"] == "ENDED");
        var message = why["message"]!;
        Assert.Equal(outcome, (string?)message["outcome"]);
        Assert.InRange(Time(message["endTime"]!) - Time(message["acceptTime"]!), TimeSpan.Zero, ReachNode.Bound);
        return why;
    }

    private static DateTimeOffset Time(JsonNode text) => DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture);

    /// <summary>What was pushed, and who was called, without the reasons.</summary>
    private static List<string> Steps(JsonNode why) =>
        [.. why["steps"]!.AsArray().Select(step => (string)step!["what"]!).Where(what => what.StartsWith("pushed", StringComparison.Ordinal) || what.StartsWith("called", StringComparison.Ordinal))
            .Select(what => what.Split(": ")[0].Split(", for ")[0])];

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
