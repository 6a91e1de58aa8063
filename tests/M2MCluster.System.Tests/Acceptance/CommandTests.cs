using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Objects are controlled, by one application and by several.</summary>
public sealed class CommandTests(Node node) : IClassFixture<Node>
{
    [Fact]
    [Requirement("6.2")]
    public async Task Command_IsCheckedAgainstWhatTheObjectDeclared_AndItsResultOrErrorComesBack()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await using var lamp = await LampAsync(id, "</led>;if=\"core.a\",</t>;if=\"core.s\"");

        // Parameters go there; result and error come back.
        var on = await OutcomeAsync(await SendAsync(node.Rest, id, new { method = "PUT", path = "/led" }, """{"level":40}"""));
        Assert.Equal(("APPLIED", """{"level":40}"""), ((string)on["outcome"]!, Text(on["result"]!["payload"]!)));
        var wrong = await OutcomeAsync(await SendAsync(node.Rest, id, new { method = "PUT", path = "/led" }, """{"level":"much"}"""));
        Assert.Equal(("REJECTED", false, "a number, please"), ((string)wrong["outcome"]!, (bool?)wrong["result"]!["ok"] ?? false, Text(wrong["result"]!["payload"]!)));

        // By registered links: a method that the interface lacks is refused; a path that they do not name is not certain, and warned of.
        Assert.Contains("does not take PUT", await RefusalAsync(id, new { method = "PUT", path = "/t" }, "{}"), StringComparison.Ordinal);
        var unknown = await node.Rest.PostAsync("v1/messages", Message(id, new { method = "GET", path = "/other" }, ""));
        Assert.Contains(unknown["warnings"]!.AsArray(), warning => ((string)warning!).Contains("did not register /other", StringComparison.Ordinal));

        // By its list of commands, which is complete: path, method and parameters.
        var commands = new object[]
        {
            "GET /t",
            new { path = "/led", methods = new[] { "PUT" }, parameters = new { type = "object", required = new[] { "level" }, properties = new { level = new { type = "integer", maximum = 100 } } } },
        };
        await node.Rest.PatchAsync($"v1/objects/{id}", new { characteristics = new { commands } });
        Assert.Contains("does not declare", await RefusalAsync(id, new { method = "GET", path = "/other" }, ""), StringComparison.Ordinal);
        Assert.Contains("not with POST", await RefusalAsync(id, new { method = "POST", path = "/led" }, "{}"), StringComparison.Ordinal);
        Assert.Contains("level is more than 100", await RefusalAsync(id, new { method = "PUT", path = "/led" }, """{"level":101}"""), StringComparison.Ordinal);
        Assert.Contains("lacks level", await RefusalAsync(id, new { method = "PUT", path = "/led" }, "{}"), StringComparison.Ordinal);
        Assert.Equal("APPLIED", (string)(await OutcomeAsync(await SendAsync(node.Rest, id, new { method = "PUT", path = "/led" }, """{"level":100}""")))["outcome"]!);
    }

    [Fact]
    [Requirement("6.11")]
    public async Task TwoApplications_CommandOneObject_AreArbitratedByHolds()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var (one, first) = await ApplicationAsync(id);
        var (_, second) = await ApplicationAsync(id);
        using (first)
        using (second)
        {
            await using var lamp = await LampAsync(id, "</led>");
            var put = new { method = "PUT", path = "/led" };
            foreach (var any in new[] { first, second }) Assert.Equal("APPLIED", (string)(await OutcomeAsync(await SendAsync(any, id, put, """{"level":1}""")))["outcome"]!);

            await first.PostAsync($"v1/objects/{id}:hold", new { duration = "600s", priority = 3 });
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(second, id, put, """{"level":2}"""));
            Assert.Contains($"applications/{one} holds the commands", refused.Message, StringComparison.Ordinal);
            var waiting = await SendAsync(second, id, put, """{"level":3}""", whenHeld: "WAIT");
            Assert.Contains("release", (string)(await second.GetAsync($"v1/{waiting}:explain"))["waitsFor"]!, StringComparison.Ordinal);
            // Messages that are no commands, reports, and the holder's own commands go on.
            Assert.Equal("APPLIED", (string)(await OutcomeAsync(await SendAsync(first, id, put, """{"level":4}""")))["outcome"]!);
            Assert.Equal("WAITING", (string)(await second.GetAsync($"v1/{waiting}"))["state"]!);
            await Assert.ThrowsAsync<HttpRequestException>(() => second.PostAsync($"v1/objects/{id}:hold", new { duration = "600s", priority = 3 }));
            await first.PostAsync($"v1/objects/{id}:release", new { });
            Assert.Equal("APPLIED", (string)(await OutcomeAsync(waiting))["outcome"]!);

            // A higher priority takes over, with an event; and a hold ends by itself.
            await first.PostAsync($"v1/objects/{id}:hold", new { duration = "600s", priority = 3 });
            await second.PostAsync($"v1/objects/{id}:hold", new { duration = "2s", priority = 5 });
            var mine = await SendAsync(first, id, put, """{"level":5}""", whenHeld: "WAIT");
            Assert.Equal("APPLIED", (string)(await OutcomeAsync(mine))["outcome"]!);
            var events = await first.GetUntilAsync($"v1/applications/{one}/events?pageSize=1000", page => Changes(page).Count >= 5);
            Assert.Equal(["HELD", "RELEASED", "HELD", "TAKEN_OVER", "EXPIRED"], Changes(events));

            // Each gets every report all the same.
            await lamp.ReportAsync(DeviceReport.OfJson("r1", [new() { Name = "t", Value = 1 }]));
            foreach (var any in new[] { first, second })
                Assert.Single((await any.GetAsync($"v1/objects/{id}/reports"))["reports"]!.AsArray());
        }
    }

    private static List<string> Changes(JsonNode page) =>
        [.. page["events"]!.AsArray().Where(told => (string?)told!["type"] == "m2m.object.hold").Select(told => (string)told!["data"]!["change"]!)];

    private async Task<(string Id, RestClient Calls)> ApplicationAsync(string objectId)
    {
        var listener = await Listener.SubscribeAsync(node, new { @object = $"objects/{objectId}" });
        var key = (string)(await node.Rest.PostAsync($"v1/applications/{listener.Id}/keys", new { }))["key"]!;
        return (listener.Id, new(node.Host.FrontDoor, key));
    }

    private async Task<CoapDevice> LampAsync(string id, string links)
    {
        var lamp = new CoapDevice(
            new()
            {
                Name = id, Server = new(IPAddress.Loopback, node.Host.CoapPort), Links = links,
                Commands = (command, _) =>
                {
                    var level = command.Payload.IsEmpty ? null : JsonNode.Parse(command.Payload.Span)!["level"];
                    return new(level is null || level.GetValueKind() == global::System.Text.Json.JsonValueKind.Number
                        ? new DeviceResult(true, "application/json", command.Payload)
                        : DeviceResult.Refused("a number, please"));
                },
            },
            TimeProvider.System);
        await lamp.RegisterAsync();
        return lamp;
    }

    private static object Message(string id, object command, string payload, string whenHeld = "REFUSE") => new
    {
        target = $"objects/{id}", command, whenHeld, payload = Convert.ToBase64String(Encoding.UTF8.GetBytes(payload)), contentType = "application/json",
        confirmation = "APPLIED", ttl = "3600s",
    };

    private static async Task<string> SendAsync(RestClient rest, string id, object command, string payload, string whenHeld = "REFUSE") =>
        (string)(await rest.PostAsync("v1/messages", Message(id, command, payload, whenHeld)))["message"]!["name"]!;

    private async Task<string> RefusalAsync(string id, object command, string payload) =>
        (await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(node.Rest, id, command, payload))).Message;

    private Task<JsonNode> OutcomeAsync(string message) => node.Rest.GetUntilAsync($"v1/{message}", found => (string?)found["state"] == "ENDED");

    private static string Text(JsonNode base64) => Encoding.UTF8.GetString(Convert.FromBase64String((string)base64!));
}
