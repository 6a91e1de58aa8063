using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Constraints, deadlines and priority, with a device that speaks CoAP.</summary>
public sealed class TermsTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("6.5.b")]
    public async Task Message_ThatNeedsABattery_IsHeldBackUntilTheDeviceReportsOne()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await _coap.CallAsync("post", $"/m2m/reports?ep={id}", """[{"bn":"urn:dev:x:","n":"battery","v":30},{"n":"t","v":21}]""", "110");
        var message = await SendAsync(id, constraint: "battery > 40");
        var why = await node.Rest.GetAsync($"v1/messages/{message}:explain");
        Assert.Equal(("HELD", "CONSTRAINT"), ((string)why["progress"]!["state"]!, (string)why["progress"]!["wait"]!));
        Assert.Contains("battery is 30", (string)why["summary"]!, StringComparison.Ordinal);
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/{message}?ep={id}"), StringComparison.Ordinal);

        await node.Host.KillAsync();
        await node.Host.StartAsync();
        Assert.Equal(30, (double)(await node.Rest.GetAsync($"v1/objects/{id}"))["effectiveCharacteristics"]!["battery"]!["value"]!);
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);

        await _coap.CallAsync("post", $"/m2m/reports?ep={id}", """[{"n":"battery","u":"/","v":0.41}]""", "110");
        Assert.Contains("hello", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=ok", "");
        why = await node.Rest.GetAsync($"v1/messages/{message}:explain");
        Assert.Equal("APPLIED", (string)why["message"]!["outcome"]!);
        Assert.Equal("FETCHED", (string)Assert.Single(why["attempts"]!.AsArray())!["result"]!);
        Assert.NotNull(why["progress"]!["answerTime"]);
    }

    [SkippableFact]
    [Requirement("D.3.3.b")]
    public async Task Deadline_IsMet_OrTheMessageFailsAtIt()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var met = await SendAsync(id, ttl: "3600s", priority: 7);
        Assert.Contains("hello", await _coap.CallAsync("get", $"/m2m/mailbox/{met}?ep={id}"), StringComparison.Ordinal);
        await _coap.CallAsync("post", $"/m2m/mailbox/{met}?ep={id}&result=ok", "");
        var missed = await SendAsync(id, ttl: "2s");
        var ended = await node.Rest.GetUntilAsync($"v1/messages/{missed}", answer => (string?)answer["state"] == "ENDED");

        var kept = await node.Rest.GetAsync($"v1/messages/{met}");
        Assert.Equal(("APPLIED", "EXPIRED"), ((string)kept["outcome"]!, (string)ended["outcome"]!));
        Assert.True(Time(kept, "endTime") <= Time(kept, "expireTime"));
        Assert.True(Time(ended, "endTime") >= Time(ended, "expireTime"));
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/{missed}?ep={id}"), StringComparison.Ordinal);
        var told = await application.HearAsync("m2m.message.outcome", 2);
        Assert.Equal(["APPLIED", "EXPIRED"], told.Select(outcome => (string)outcome["data"]!["outcome"]!));
    }

    [Fact]
    [Requirement("D.3.3.e")]
    public async Task FullMailbox_TheLowestIsDropped_AndEachIsReported()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { mailbox = new { maxMessages = 3 } });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var waiting = new Dictionary<int, string>();
        foreach (var priority in new[] { 2, 1, 3 }) waiting[priority] = await SendAsync(id, priority: priority);

        // What is lowest of all is dropped before it is taken in, and its sender told at once.
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(id, priority: 0));
        Assert.Contains("full", refused.Message, StringComparison.Ordinal);
        foreach (var priority in new[] { 7, 6 }) await SendAsync(id, priority: priority);

        var dropped = await application.HearAsync("m2m.message.outcome", 2);
        Assert.Equal([$"messages/{waiting[1]}", $"messages/{waiting[2]}"], dropped.Select(told => (string)told["data"]!["message"]!));
        Assert.All(dropped, told => Assert.Equal("EVICTED", (string)told["data"]!["outcome"]!));
        Assert.Equal("WAITING", (string)(await node.Rest.GetAsync($"v1/messages/{waiting[3]}"))["state"]!);
    }

    [SkippableFact]
    public async Task Message_BeforeItsWindow_IsNotShown()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var opens = DateTimeOffset.UtcNow.AddHours(1);
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", window = new { notBefore = opens } });
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
        var why = await node.Rest.GetAsync($"v1/{(string)sent["message"]!["name"]!}:explain");
        Assert.Equal("WINDOW", (string)why["progress"]!["wait"]!);
        Assert.Equal(opens.ToUnixTimeMilliseconds(), DateTimeOffset.Parse((string)why["waitsUntil"]!, global::System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds());
    }

    private static DateTimeOffset Time(JsonNode message, string field) =>
        DateTimeOffset.Parse((string)message[field]!, global::System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string> SendAsync(string id, string ttl = "3600s", int priority = 0, string? constraint = null)
    {
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", contentType = "text/plain", ttl, priority, constraint });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }
}
