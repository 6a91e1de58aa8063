using System.Text;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>What is of higher priority goes first, wherever messages wait.</summary>
public sealed class PriorityTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("4.17.a")]
    public async Task Mailbox_OfAGatewayAndItsChildren_IsByPriorityAcrossAll()
    {
        var (gateway, _) = await node.CreateAsync("GATEWAY", plain: "FULL");
        var one = (await node.CreateAsync(plain: "FULL", gateway: gateway)).Id;
        var other = (await node.CreateAsync(plain: "FULL", gateway: gateway)).Id;
        var expected = new List<(int Priority, int Order, string Message)>();
        var order = 0;
        foreach (var (target, priority) in new[] { (one, 0), (gateway, 3), (other, 7), (one, 5), (gateway, 0), (other, 3) })
            expected.Add((priority, order++, await SendAsync(target, priority)));

        var list = await _coap.CallAsync("get", $"/m2m/mailbox?ep={gateway}");
        var listed = list.Split(',').Select(link => link[(link.IndexOf("/m2m/mailbox/", StringComparison.Ordinal) + "/m2m/mailbox/".Length)..][..16]);
        var wanted = expected.OrderByDescending(one => one.Priority).ThenBy(one => one.Order).Select(one => one.Message).ToList();
        // Of one priority the gateway's own come first.
        Assert.Equal(wanted.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(expected.OrderByDescending(one => one.Priority).Select(one => one.Priority), listed.Select(id => expected.Single(one => one.Message == id).Priority));
    }

    [Fact]
    [Requirement("4.17.a")]
    public async Task Mqtt_ClientThatHasNotAcknowledged_GetsTheAlarmAllTheSame()
    {
        var (id, secret) = await node.CreateAsync();
        using var raw = await RawMqtt.Open(node.Host.MqttPort);
        await raw.Enter(RawMqtt.Connect(id, secret: secret));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        await raw.Read();
        var low = await SendAsync(id, 0);
        Assert.Equal(low, await NextAsync(raw));
        await SendAsync(id, 0);
        var alarm = await SendAsync(id, 7);

        Assert.Equal(alarm, await NextAsync(raw));
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/messages/{low}"))["state"]);
    }

    [Fact]
    [Requirement("4.17.a")]
    public async Task FullMailbox_EvictsByPriorityThenAgeAndTellsEach()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { mailbox = new { maxMessages = 4 } });
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        var old = new List<string>();
        foreach (var priority in new[] { 3, 1, 1, 2 }) old.Add(await SendAsync(id, priority));
        for (var i = 0; i < 3; i++) await SendAsync(id, 5);

        var told = (await application.HearAsync("m2m.message.outcome", 3)).Select(outcome => outcome["data"]!).ToList();
        Assert.Equal([old[1], old[2], old[3]], told.Select(data => ((string)data["message"]!)["messages/".Length..]));
        Assert.All(told, data => Assert.Equal("EVICTED", (string)data["outcome"]!));
    }

    private static async Task<string> NextAsync(RawMqtt raw)
    {
        var body = (await raw.Read())!.Value.Body;
        return Encoding.UTF8.GetString(body, 2, body[1])["m2m/mailbox/".Length..];
    }

    private async Task<string> SendAsync(string id, int priority)
    {
        var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", ttl = "3600s", priority });
        return ((string)sent["message"]!["name"]!)["messages/".Length..];
    }
}
