using M2MCluster.Contracts.Objects;
using M2MCluster.Testing;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class ConfigTests
{
    [Fact]
    public async Task Subscribe_Config_TellsPeriodAndPhase()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1").Configuration = new DeviceConfig(3600, 17);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));

        await raw.Send(RawMqtt.Subscribe(1, "m2m/config", 1));

        Assert.Equal("90 000100", await raw.Hear());
        var told = await raw.Hear();
        Assert.StartsWith("31 ", told, StringComparison.Ordinal);
        Assert.EndsWith(Convert.ToHexStringLower("""m2m/config{"reportPeriod":3600,"reportPhase":17}"""u8), told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribe_Config_IsNoWayForMessages()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        var session = (await meter.Attached.Next()).Channel;

        await raw.Send(RawMqtt.Subscribe(1, "m2m/config", 0));
        await raw.Hear();
        await raw.Hear();

        Assert.Equal(session, meter.Current);
        await raw.AssertSilent();
    }

    [Fact]
    public async Task ConfigChanged_IsSubscribed_IsToldAnewAndNotAsRetained()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        meter.Configuration = new DeviceConfig(3600, 17);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        var session = (await meter.Attached.Next()).Channel;
        await session.Edge.ConfigChanged(session.Session, "meter-1");
        await raw.AssertSilent();
        await raw.Send(RawMqtt.Subscribe(1, "m2m/config", 0));
        await raw.Hear();
        await raw.Hear();

        meter.Configuration = new DeviceConfig(60, 5);
        await session.Edge.ConfigChanged(session.Session, "meter-1");

        var told = await raw.Hear();
        Assert.StartsWith("30 ", told, StringComparison.Ordinal);
        Assert.EndsWith(Convert.ToHexStringLower("""m2m/config{"reportPeriod":60,"reportPhase":5}"""u8), told, StringComparison.Ordinal);
    }
}
