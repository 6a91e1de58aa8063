using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>How much leaves, and when reports are to come.</summary>
public sealed class BudgetTests(PlannedNode node) : IClassFixture<PlannedNode>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    public async Task Messages_MoreThanTheBudgetOfTheCell_LeaveSlotBySlot()
    {
        var (id, secret) = await node.CreateListenerAsync();
        await using var device = node.Listen(id, secret);
        await node.Rest.GetUntilAsync($"v1/objects/{id}", found => found["status"]!["connected"]!.AsArray().Count > 0);

        var messages = new List<string>();
        for (var i = 0; i < 3 * PlannedNode.OfCell; i++) messages.Add(await node.SendAsync(id, $"{i}", null));
        var times = new List<DateTimeOffset>();
        foreach (var message in messages)
        {
            var ended = await node.EndedAsync(message);
            Assert.Equal("DELIVERED", (string)ended["message"]!["outcome"]!);
            times.Add(PlannedNode.Pushed(ended));
        }

        Assert.All(times.GroupBy(time => time.ToUnixTimeSeconds() / PlannedNode.SlotSeconds), slot => Assert.InRange(slot.Count(), 1, PlannedNode.OfCell));
    }

    [SkippableFact]
    public async Task Config_OverCoapAndMqtt_TellsWhenToReport()
    {
        var (id, secret) = await node.CreateListenerAsync();

        var overCoap = JsonNode.Parse(await _coap.CallAsync("get", $"/m2m/config?ep={id}"))!;
        await using var device = Tool.Start(
            Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", "mqttv5", "-u", id, "-P", secret, "-t", "m2m/config", "-F", "%t %p");
        var overMqtt = JsonNode.Parse((await device.HearAsync(line => line.StartsWith("m2m/config ", StringComparison.Ordinal)))["m2m/config ".Length..])!;

        Assert.Equal(3600, (int)overCoap["reportPeriod"]!);
        Assert.InRange((int)overCoap["reportPhase"]!, 0, 3599);
        Assert.True(JsonNode.DeepEquals(overCoap, overMqtt));
    }
}
