using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class GatewayTests
{
    private const string Senml = """[{"n":"t","v":21.5}]""";

    [Fact]
    public async Task Reports_OfAChild_GoToTheChildInTheGatewaysName()
    {
        await using var node = await MqttNode.Start();
        var (gateway, child) = Family(node);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await raw.Send(RawMqtt.Publish("m2m/children/child-1/reports", Senml));

        Assert.Equal("40 0001", await raw.Hear());
        Assert.Equal([Senml], child.Stored);
        Assert.Empty(gateway.Stored);
    }

    [Theory]
    [InlineData("m2m/children/stranger/reports", Senml)]
    [InlineData("m2m/children/stranger/reports", "unreadable")]
    [InlineData("m2m/children/stranger/status", """{"online":true}""")]
    [InlineData("m2m/children/stranger/mailbox/0123456789abcdef/result", """{"result":"ok"}""")]
    [InlineData("m2m/children/nobody/reports", Senml)]
    public async Task Publish_ForAForeignChild_IsRefusedAndTold(string topic, string payload)
    {
        await using var node = await MqttNode.Start();
        Family(node);
        var stranger = node.Grains.Add("stranger", gateway: "gateway-2");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1", version: 5));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/errors", version: 5));
        await raw.Hear();
        await raw.Send(RawMqtt.Publish(topic, payload, id: 7, version: 5));

        Assert.Contains("\"error\":\"not-authorized\"", Encoding.UTF8.GetString((await raw.Read())!.Value.Body), StringComparison.Ordinal);
        Assert.StartsWith("40 000787", await raw.Hear(), StringComparison.Ordinal);
        Assert.Empty(stranger.Stored);
        Assert.Null(stranger.Current);
        await raw.AssertSilent();
    }

    [Fact]
    public async Task Deliver_ToAChild_GoesOverTheGatewaysSession()
    {
        await using var node = await MqttNode.Start();
        var (gateway, child) = Family(node);
        child.Waiting.Add(new(0x0123456789abcdef));
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/children/+/mailbox/#"));
        Assert.Equal("90 000101", await raw.Hear());
        Assert.Equal(ChannelTraits.Messages, gateway.Current!.Traits);
        await node.Downlink.Deliver(gateway.Current.Session, new("child-1", 3, DownlinkTests.Waiting()));

        var (_, body) = (await raw.Read())!.Value;
        Assert.True(body.AsSpan().StartsWith(RawMqtt.Text("m2m/children/child-1/mailbox/0123456789abcdef")));
        await raw.Send(RawMqtt.PubAck(1));
        var (_, attempt, settlement) = await child.Settlements.Next();
        Assert.Equal((3, SettlementKind.Acknowledged), (attempt, settlement.Kind));

        await raw.Send(RawMqtt.Publish("m2m/children/child-1/mailbox/0123456789abcdef/result", """{"result":"ok"}"""));
        Assert.Equal("40 0001", await raw.Hear());
        Assert.True(child.ResultOf(new(0x0123456789abcdef))!.Ok);
    }

    [Fact]
    public async Task Status_OnlineThenGone_AttachesTheChildAndDetachesItWithTheGateway()
    {
        await using var node = await MqttNode.Start();
        var (_, child) = Family(node);
        using (var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1")))
        {
            await raw.Send(RawMqtt.Subscribe(1, "m2m/children/+/mailbox/#"));
            await raw.Hear();
            await raw.Send(RawMqtt.Publish("m2m/children/child-1/status", """{"online":true,"sleeping":false,"band":"EU868"}"""));
            Assert.Equal("40 0001", await raw.Hear());
            var (channel, provided, speaker) = await child.Attached.Next();
            Assert.Equal((ChannelTraits.Messages, "gateway-1"), (channel.Traits, speaker.ObjectId));
            Assert.Equal([new("band", "EU868"), new("sleeping", "false")], provided!);
        }

        Assert.Equal(1, await child.Detached.Next());
    }

    [Fact]
    public async Task Status_Offline_DetachesTheChild()
    {
        await using var node = await MqttNode.Start();
        var (_, child) = Family(node);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await raw.Send([.. RawMqtt.Publish("m2m/children/child-1/status", """{"online":true}"""), .. RawMqtt.Publish("m2m/children/child-1/status", """{"online":false}""", id: 2)]);

        Assert.Equal(["40 0001", "40 0002"], [await raw.Hear(), await raw.Hear()]);
        Assert.Equal(1, await child.Detached.Next());
        Assert.Null(child.Current);
    }

    [Fact]
    public async Task Status_MoreChildrenThanAllowed_IsRefused()
    {
        await using var node = await MqttNode.Start(options => options.MaxChildren = 1);
        Family(node);
        node.Grains.Add("child-2", gateway: "gateway-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1", version: 5));
        foreach (var (child, expected) in new[] { ("child-1", "40 0001"), ("child-2", "40 000197"), ("child-1", "40 0001") })
        {
            await raw.Send(RawMqtt.Publish($"m2m/children/{child}/status", """{"online":true}""", version: 5));
            Assert.StartsWith(expected, await raw.Hear(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Status_BareWords_AreUnderstood()
    {
        await using var node = await MqttNode.Start();
        var (_, child) = Family(node);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await raw.Send([.. RawMqtt.Publish("m2m/children/child-1/status", "online"), .. RawMqtt.Publish("m2m/children/child-1/status", "offline", id: 2)]);

        Assert.Equal(["40 0001", "40 0002"], [await raw.Hear(), await raw.Hear()]);
        await child.Attached.Next();
        Assert.Equal(1, await child.Detached.Next());
    }

    [Fact]
    public async Task Connect_ChildByItself_TakesItsChannelFromTheGatewayAndNothingMore()
    {
        await using var node = await MqttNode.Start();
        var (_, child) = Family(node);
        using var gateway = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await gateway.Send(RawMqtt.Publish("m2m/children/child-1/status", "online"));
        Assert.Equal("40 0001", await gateway.Hear());
        using var own = await (await node.Raw()).Enter(RawMqtt.Connect("child-1"));

        await gateway.AssertSilent();
        await own.AssertSilent();
        gateway.Dispose();
        await own.AssertSilent();
        Assert.NotNull(child.Current);
    }

    [Fact]
    public async Task Reports_PackWithBaseNamesOfChildren_AreOneCall()
    {
        await using var node = await MqttNode.Start();
        var (gateway, _) = Family(node);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1"));
        await raw.Send(RawMqtt.Publish("m2m/reports", """[{"bn":"child-1/","n":"t","v":1},{"bn":"child-2/","n":"t","v":2}]"""));

        Assert.Equal("40 0001", await raw.Hear());
        Assert.Equal(["child-1", "child-2"], (await gateway.Packs.Next()).Select(report => report.Child));
        Assert.Empty(gateway.Stored);
    }

    [Fact]
    public async Task Reports_PackWithAForeignChild_IsRefusedWhole()
    {
        await using var node = await MqttNode.Start();
        var (gateway, _) = Family(node);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("gateway-1", version: 5));
        gateway.Failure = new M2MException(ErrorCode.PermissionDenied, "stranger is not a child of gateway-1");
        await raw.Send(RawMqtt.Publish("m2m/reports", """[{"bn":"stranger/","n":"t","v":1}]""", version: 5));

        Assert.StartsWith("40 000187", await raw.Hear(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_BaseNameOfADevice_StayItsOwn()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(RawMqtt.Publish("m2m/reports", """[{"bn":"urn:dev:x:","n":"t","v":1}]"""));

        Assert.Equal("40 0001", await raw.Hear());
        Assert.Single(meter.Stored);
    }

    private static (FakeObject Gateway, FakeObject Child) Family(MqttNode node) =>
        (node.Grains.Add("gateway-1", ObjectKind.Gateway), node.Grains.Add("child-1", gateway: "gateway-1"));
}
