using M2MCluster.Testing;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class TimeTests
{
    [Fact]
    public async Task Publish_Time_IsAnsweredWithTheQuestion()
    {
        var time = new FakeTimeProvider(new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero));
        await using var node = await MqttNode.Start(time: time);
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        var session = (await meter.Attached.Next()).Channel;
        await raw.Send(RawMqtt.Subscribe(1, "m2m/time", 1));
        Assert.Equal("90 000100", await raw.Hear());

        await raw.Send(RawMqtt.Publish("m2m/time", "q7", id: 2));

        var told = await raw.Hear();
        Assert.StartsWith("30 ", told, StringComparison.Ordinal);
        Assert.EndsWith(Convert.ToHexStringLower("""m2m/time{"time":"2026-03-01T12:00:00.250Z","for":"q7"}"""u8), told, StringComparison.Ordinal);
        Assert.Equal("40 0002", await raw.Hear());
        Assert.Equal(session, meter.Current);
    }
}
