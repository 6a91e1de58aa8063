using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(ObjectKind.Device, "m2m/mailbox/#", true)]
    [InlineData(ObjectKind.Device, "m2m/mailbox/+", true)]
    [InlineData(ObjectKind.Device, "m2m/errors", true)]
    [InlineData(ObjectKind.Device, "m2m/children/+/mailbox/#", false)]
    [InlineData(ObjectKind.Gateway, "m2m/children/+/mailbox/#", true)]
    [InlineData(ObjectKind.Gateway, "m2m/children/child-1/mailbox/+", true)]
    [InlineData(ObjectKind.Gateway, "m2m/children/#", false)]
    [InlineData(ObjectKind.Device, "#", false)]
    [InlineData(ObjectKind.Device, "m2m/#", false)]
    [InlineData(ObjectKind.Device, "m2m/reports", false)]
    [InlineData(ObjectKind.Device, "$SYS/#", false)]
    [InlineData(ObjectKind.Device, "+/+/+", false)]
    [InlineData(ObjectKind.Device, "$share/a/m2m/mailbox/#", false)]
    public async Task Subscribe_Filter_IsGrantedOnlyForOwnTopics(ObjectKind kind, string filter, bool granted)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("object-1", kind);
        using var old = await (await node.Raw()).Enter(RawMqtt.Connect("object-1"));
        await old.Send(RawMqtt.Subscribe(1, filter, 0));
        Assert.Equal(granted ? "90 000100" : "90 000180", await old.Hear());

        using var v5 = await (await node.Raw()).Enter(RawMqtt.Connect("object-1", version: 5));
        await v5.Send(RawMqtt.Subscribe(1, filter, 0, version: 5));
        var refusal = filter.StartsWith("$share", StringComparison.Ordinal) ? "9e" : "87";
        Assert.Equal(granted ? "90 00010000" : "90 000100" + refusal, await v5.Hear());
        await v5.AssertSilent();
    }

    [Fact]
    public async Task Subscribe_Mailbox_TellsTheGrainThatMessagesCanBePushedAndUnsubscribeThatNot()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        var session = (await meter.Attached.Next()).Channel;
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", 2));
        Assert.Equal("90 000101", await raw.Hear());
        Assert.Equal(session with { Traits = ChannelTraits.Messages }, (await meter.Attached.Next()).Channel);

        await raw.Send(RawMqtt.Packet(0xA2, [0, 2, .. RawMqtt.Text("m2m/mailbox/#")]));
        Assert.Equal("b0 0002", await raw.Hear());
        Assert.Equal(session, (await meter.Attached.Next()).Channel);
    }

    [Fact]
    public async Task Ping_AfterTheLease_LeavesTheChannelWithTheGrainAgain()
    {
        var time = new FakeTimeProvider();
        await using var node = await MqttNode.Start(options => options.ChannelLease = TimeSpan.FromSeconds(60), time);
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        await raw.Hear();
        await meter.Attached.Next();
        var told = (await meter.Attached.Next()).Channel;
        await raw.AssertSilent();
        Assert.False(meter.Attached.Reader.TryRead(out _));
        time.Advance(TimeSpan.FromSeconds(61));
        await raw.AssertSilent();

        Assert.Equal(told, (await meter.Resumed.Next()).Channel);
        await raw.AssertSilent();
        Assert.False(meter.Attached.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Departure_OfASilo_LeavesEachChannelAgainAndEndsSessionsThatWereTakenOver()
    {
        var silos = new FakeSilos();
        await using var node = await MqttNode.Start(silos: silos);
        var meter = node.Grains.Add("meter-1");
        var moved = node.Grains.Add("meter-2");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        using var old = await (await node.Raw()).Enter(RawMqtt.Connect("meter-2", version: 5));
        var attached = (await meter.Attached.Next()).Channel;
        Assert.Equal("here", attached.Silo);
        moved.TakeOver();
        silos.Depart();

        Assert.Equal((attached, 1L), await meter.Resumed.Next());
        Assert.Equal("e0 8e00", await old.Hear());
        silos.Depart();
        await meter.Resumed.Next();
        await raw.AssertSilent();
    }

    [Fact]
    public async Task Departure_WhileAGrainCannotBeReached_HoldsUpNoOther()
    {
        var (silos, time) = (new FakeSilos(), new FakeTimeProvider());
        await using var node = await MqttNode.Start(time: time, silos: silos);
        var (meter, away) = (node.Grains.Add("meter-1"), node.Grains.Add("meter-2"));
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        using var other = await (await node.Raw()).Enter(RawMqtt.Connect("meter-2"));
        away.Failure = new M2MException(ErrorCode.Unavailable, "its silo is cut off");
        silos.Depart();
        await meter.Resumed.Next();
        silos.Depart();

        var again = meter.Resumed.Next();
        // Less than the lease of a channel in all, after which it would be left again in any case.
        for (var seconds = 0; seconds < 200 && !again.IsCompleted; seconds++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(again, Task.Delay(100));
        }

        Assert.True(again.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Forgotten_LeavesTheChannelAgain()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        var attached = (await meter.Attached.Next()).Channel;
        await node.Downlink.Forgotten(attached.Session, "meter-1");
        await node.Downlink.Forgotten("nobody", "meter-1");
        Assert.Equal(attached, (await meter.Resumed.Next()).Channel);
    }

    [Fact]
    public async Task Subscribe_StorageAway_IsAnsweredOnceTheGrainKnows()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        meter.Failure = new M2MException(ErrorCode.Unavailable, "storage is away");
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        await meter.Failed.Next();
        await raw.AssertSilent();
        meter.Failure = null;

        Assert.Equal("90 000101", await raw.Hear());
    }
}
