using M2MCluster.Edge.Mqtt;
using M2MCluster.Testing;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class HostileBytesTests
{
    private static readonly byte[][] Packets =
    [
        RawMqtt.Connect("meter-1"),
        RawMqtt.Connect("meter-1", version: 5, properties: [0x26, .. RawMqtt.Text("sleeping"), .. RawMqtt.Text("true"), 0x21, 0, 10]),
        RawMqtt.Publish("m2m/reports", """[{"n":"t","v":1}]"""),
        RawMqtt.Publish("m2m/reports", """[{"n":"t","v":1}]""", version: 5, properties: [0x03, .. RawMqtt.Text("text/plain"), 0x26, .. RawMqtt.Text("id"), .. RawMqtt.Text("1")]),
        RawMqtt.Subscribe(1, "m2m/mailbox/#"),
        RawMqtt.Subscribe(1, "m2m/mailbox/#", version: 5),
        RawMqtt.Packet(0xA2, [0, 2, .. RawMqtt.Text("m2m/mailbox/#")]),
        RawMqtt.PubAck(1),
        RawMqtt.PubRel(1),
        RawMqtt.Ping,
        [0xE0, 0],
    ];

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Read_EveryTruncation_LeavesTheListenerAlive(int version)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        foreach (var packet in Packets)
        {
            for (var length = 0; length < packet.Length; length++)
            {
                using var raw = await node.Raw();
                if (packet[0] != 0x10) await raw.Enter(RawMqtt.Connect("meter-1", version));
                await raw.Send(packet[..length]);
            }
        }

        await AssertAlive(node);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Read_EveryTruncationInAWholeFrame_LeavesTheListenerAlive(int version)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        foreach (var packet in Packets)
        {
            for (var length = 0; length < packet.Length - 2; length++)
            {
                using var raw = await node.Raw();
                if (packet[0] != 0x10) await raw.Enter(RawMqtt.Connect("meter-1", version));
                await raw.Send(RawMqtt.Packet(packet[0], packet[2..(2 + length)]));
                await raw.Send(RawMqtt.Ping);
                await raw.Hear();
            }
        }

        await AssertAlive(node);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Read_EveryByteChanged_LeavesTheListenerAlive(int version)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        foreach (var packet in Packets)
        {
            for (var at = 0; at < packet.Length; at++)
            {
                foreach (var flip in (byte[])[0x01, 0x80, 0xFF])
                {
                    using var raw = await node.Raw();
                    if (packet[0] != 0x10) await raw.Enter(RawMqtt.Connect("meter-1", version));
                    var changed = (byte[])packet.Clone();
                    changed[at] ^= flip;
                    await raw.Send(changed);
                }
            }
        }

        await AssertAlive(node);
    }

    [Fact]
    public async Task Read_PacketBeyondTheLimit_IsRefusedByItsHeaderAlone()
    {
        await using var node = await MqttNode.Start(options => options.MaxPacketSize = 1024);
        node.Grains.Add("meter-1");
        using var first = await node.Raw();
        await first.Send(0x10, 0xFF, 0xFF, 0xFF, 0x7F);
        Assert.Equal("closed", await first.Hear());

        using var later = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5));
        await later.Send(0x32, 0x80, 0x10);
        Assert.Equal("e0 9500", await later.Hear());
        Assert.Equal("closed", await later.Hear());
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("3600")]
    [InlineData("3800")]
    [InlineData("8000")]
    [InlineData("30ffffffff7f")]
    [InlineData("d000")]
    [InlineData("2000")]
    [InlineData("100c00044d5154540402000000016300")]
    [InlineData("3203000000")]
    [InlineData("82020001")]
    public async Task Read_PacketAgainstTheProtocol_EndsItsConnectionOnly(string hex)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        node.Grains.Add("meter-2");
        using var neighbour = await (await node.Raw()).Enter(RawMqtt.Connect("meter-2"));
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(Convert.FromHexString(hex));

        Assert.Equal("closed", await raw.Hear());
        await neighbour.AssertSilent();
    }

    [Fact]
    public async Task Read_AnythingBeforeConnect_IsClosed()
    {
        await using var node = await MqttNode.Start();
        foreach (var packet in Packets[2..])
        {
            using var raw = await node.Raw();
            await raw.Send(packet);
            Assert.Equal("closed", await raw.Hear());
        }
    }

    [Fact]
    public async Task Connect_NeverSent_IsClosedAfterItsTime()
    {
        var time = new FakeTimeProvider();
        await using var node = await MqttNode.Start(time: time);
        using var raw = await node.Raw();
        await raw.Send(0x10);
        var closed = raw.Hear();
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("closed", await closed);
    }

    [Fact]
    public async Task KeepAlive_SilentForOneAndAHalfTimes_IsDisconnectedAndDetached()
    {
        var time = new FakeTimeProvider();
        await using var node = await MqttNode.Start(time: time);
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5, keepAlive: 60));
        await raw.AssertSilent();
        time.Advance(TimeSpan.FromSeconds(89));
        await raw.AssertSilent();
        time.Advance(TimeSpan.FromSeconds(89));
        await raw.AssertSilent();
        time.Advance(TimeSpan.FromSeconds(91));

        Assert.Equal("e0 8d00", await raw.Hear());
        Assert.Equal("closed", await raw.Hear());
        await meter.Detached.Next();
    }

    private static async Task AssertAlive(MqttNode node)
    {
        var meter = node.Grains.Add("alive");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("alive"));
        await raw.Send(RawMqtt.Publish("m2m/reports", """[{"n":"t","v":1}]"""));
        Assert.Equal("40 0001", await raw.Hear());
        Assert.Single(meter.Stored);
    }
}
