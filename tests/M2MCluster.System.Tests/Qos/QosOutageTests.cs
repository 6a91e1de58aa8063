using M2MCluster.System.Tests.Acceptance;

namespace M2MCluster.System.Tests.Qos;

/// <summary>The network's adapter is away, or the node is.</summary>
public sealed class QosOutageTests(QosNode node) : IClassFixture<QosNode>
{
    [Fact]
    public async Task Adapter_IsDown_MessagesArriveAllTheSame_AndWhatIsWantedIsAskedForUntilItIsBack()
    {
        var ear = await Listener.SubscribeAsync(node, new { filter = "" });
        var (id, secret, number) = await node.CreateAsync("cell-of-outage");
        var (device, heard) = await node.ConnectAsync(id, secret);
        await using (device)
        {
            await node.Network.StopAsync();
            var sent = await node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", confirmation = "APPLIED", qos = new { bandwidth = 100_000, whenFull = "BLOCK" } });
            var ended = await node.Rest.GetUntilAsync($"v1/{(string)sent["message"]!["name"]!}:explain", why => why["message"]!["outcome"] is not null);
            Assert.Equal(("APPLIED", "UNAVAILABLE", "NETWORK_SILENT"), ((string)ended["message"]!["outcome"]!, (string)ended["qos"]!["status"]!, (string)ended["qos"]!["reason"]!));
            Assert.Single(heard);
            await ear.HearAsync("m2m.qos");

            var flow = (string)(await node.Rest.PostAsync("v1/flows", new { target = $"objects/{id}", bearer = "MQTT", qos = new { bandwidth = 500_000 }, duration = "600s" }))["name"]!;
            await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "UNAVAILABLE");
            await node.Network.StartAsync();
            await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
            Assert.Equal("QOS_M", node.Network.Holding[number]);

            // A crash loses neither the flow nor what it takes of the cell.
            var other = (await node.CreateAsync("cell-of-outage")).Id;
            await node.Host.KillAsync();
            await node.Host.StartAsync();
            Assert.Equal("GRANTED", (string)(await node.Rest.GetAsync($"v1/{flow}"))["sessions"]![0]!["status"]!);
            var all = new { target = $"objects/{other}", bearer = "MQTT", qos = new { bandwidth = 1_000_000, whenFull = "BLOCK" }, duration = "60s" };
            Assert.Contains("QOS_REFUSED", (await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.PostAsync("v1/flows", all))).Message, StringComparison.Ordinal);
            await node.Rest.DeleteAsync($"v1/{flow}");
            await QosNode.UntilAsync(() => node.Network.Holding.Count == 0, () => $"sessions stay: {string.Join(' ', node.Network.Holding)}");
        }
    }
}
