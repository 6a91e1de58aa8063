using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Every message that does not arrive is told to its sender: why, in time, and once.</summary>
public sealed class OutcomeTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Message_ThatRunsOutOfTimeWhileTheNodeIsDown_EndsExpiredOnce()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var message = await SendAsync(id, ttl: "1s");
        await node.Host.KillAsync();
        await node.Host.StartAsync();

        await ExpectOnceAsync(application, message, "EXPIRED");
        Assert.Contains("4.04", await _coap.CallAsync("get", $"/m2m/mailbox/next?ep={id}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Message_ThatRunsOutOfTimeSoonAfterItWasSent_EndsExpiredOnce()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });

        // The schedule has read the next minute already.
        await ExpectOnceAsync(application, await SendAsync(id, ttl: "2s"), "EXPIRED");
        await ExpectOnceAsync(application, await SendAsync(id, ttl: "1s"), "EXPIRED");
    }

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Message_ThatTheDeviceRefuses_EndsRejectedWithItsAnswer()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var message = await SendAsync(id);
        await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=error", "valve stuck");
        var told = await ExpectOnceAsync(application, message, "REJECTED");
        Assert.Equal("valve stuck"u8.ToArray(), Convert.FromBase64String((string)told["result"]!["payload"]!));

        // The same result again is no news, another one is refused, and the outcome stays.
        Assert.DoesNotContain("4.", await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=error", "valve stuck"), StringComparison.Ordinal);
        Assert.Contains("4.09", await _coap.CallAsync("post", $"/m2m/mailbox/{message}?ep={id}&result=ok", ""), StringComparison.Ordinal);
        await ExpectOnceAsync(application, message, "REJECTED");
    }

    [SkippableFact]
    [Requirement("4.7")]
    public async Task FullMailbox_EvictsTheLowerPriorityAndRefusesWhatHasNoRoom()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { mailbox = new { maxMessages = 2 } });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var low = await SendAsync(id, priority: 1);
        await SendAsync(id, priority: 5);
        await SendAsync(id, priority: 5);

        await ExpectOnceAsync(application, low, "EVICTED");
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(id, priority: 1));
        Assert.Contains("full", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Message_ToAnObjectThatIsDeleted_EndsFailed()
    {
        var (id, _) = await node.CreateAsync();
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var message = await SendAsync(id);
        await node.Rest.DeleteAsync($"v1/objects/{id}");

        await ExpectOnceAsync(application, message, "FAILED");
    }

    [SkippableFact]
    [Requirement("4.7")]
    public async Task Message_ReplacedOrCancelled_EndsSo()
    {
        var (id, _) = await node.CreateAsync();
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var replaced = await SendAsync(id, coalesceKey: "setpoint");
        var cancelled = await SendAsync(id, coalesceKey: "setpoint");
        await ExpectOnceAsync(application, replaced, "SUPERSEDED");
        await node.Rest.PostAsync($"v1/messages/{cancelled}:cancel", new { });
        await ExpectOnceAsync(application, cancelled, "CANCELLED");

        var again = await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.PostAsync($"v1/messages/{cancelled}:cancel", new { }));
        Assert.Contains("CANCELLED already", again.Message, StringComparison.Ordinal);
    }

    private async Task<JsonNode> ExpectOnceAsync(Listener application, string message, string outcome)
    {
        await node.Rest.GetUntilAsync($"v1/messages/{message}", answer => (string?)answer["outcome"] == outcome);
        await application.HearAsync("m2m.message.outcome");
        var told = (await application.HearAsync("m2m.message.outcome"))
            .Select(outcome => outcome["data"]!)
            .Where(data => (string?)data["message"] == $"messages/{message}")
            .ToList();
        var one = Assert.Single(told);
        Assert.Equal(outcome, (string)one["outcome"]!);
        return one;
    }

    private async Task<string> SendAsync(string id, string ttl = "3600s", int priority = 0, string? coalesceKey = null)
    {
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", ttl, priority, coalesceKey });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }
}
