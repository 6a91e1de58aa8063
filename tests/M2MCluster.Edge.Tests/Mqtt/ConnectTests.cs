using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;
using MQTTnet;
using MQTTnet.Formatter;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class ConnectTests
{
    [Theory]
    [InlineData(4, "20 0000")]
    [InlineData(5, "20 0000")]
    public async Task Connect_RightSecret_IsAdmittedAndAttached(int version, string expected)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await node.Raw();
        await raw.Send(RawMqtt.Connect("meter-1", version));

        Assert.StartsWith(expected, await raw.Hear(), StringComparison.Ordinal);
        var (channel, provided, speaker) = await meter.Attached.Next();
        Assert.Equal((Bearer.Mqtt, ChannelTraits.None), (channel.Bearer, channel.Traits));
        Assert.Null(provided);
        Assert.Equal(("meter-1", Strength.Secret), (speaker.ObjectId, speaker.Strength));
    }

    [Theory]
    [InlineData(4, "meter-1", "wrong-secret-of-22-chars", "20 0004")]
    [InlineData(5, "meter-1", "wrong-secret-of-22-chars", "20 0086")]
    [InlineData(4, "nobody", FakeObject.Secret, "20 0004")]
    [InlineData(5, "nobody", FakeObject.Secret, "20 0086")]
    [InlineData(4, "not an id", FakeObject.Secret, "20 0004")]
    [InlineData(5, "", FakeObject.Secret, "20 0086")]
    public async Task Connect_WrongIdentity_IsRefusedAndClosed(int version, string user, string secret, string expected)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        using var raw = await node.Raw();
        await raw.Send(RawMqtt.Connect(user, version, secret: secret));

        Assert.StartsWith(expected, await raw.Hear(), StringComparison.Ordinal);
        Assert.Equal("closed", await raw.Hear());
    }

    [Theory]
    [InlineData(4, ErrorCode.Unavailable, "20 0003")]
    [InlineData(5, ErrorCode.Unavailable, "20 0088")]
    [InlineData(4, ErrorCode.PermissionDenied, "20 0005")]
    [InlineData(5, ErrorCode.PermissionDenied, "20 0087")]
    public async Task Connect_GrainRefuses_IsToldWhy(int version, ErrorCode code, string expected)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1").Failure = new M2MException(code, "no");
        using var raw = await node.Raw();
        await raw.Send(RawMqtt.Connect("meter-1", version));

        Assert.StartsWith(expected, await raw.Hear(), StringComparison.Ordinal);
        Assert.Equal("closed", await raw.Hear());
    }

    [Theory]
    [InlineData(4, "20 0003")]
    [InlineData(5, "20 0089")]
    public async Task Connect_BeyondTheLimit_IsToldThatTheServerIsBusy(int version, string expected)
    {
        await using var node = await MqttNode.Start(options => options.MaxConnections = 1);
        node.Grains.Add("meter-1");
        node.Grains.Add("meter-2");
        using var first = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        using var second = await node.Raw();
        await second.Send(RawMqtt.Connect("meter-2", version));

        Assert.StartsWith(expected, await second.Hear(), StringComparison.Ordinal);
        await first.AssertSilent();
    }

    [Fact]
    public async Task End_StorageAway_IsToldToTheGrainOnceItCanHear()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using (await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"))) meter.Failure = new M2MException(ErrorCode.Unavailable, "storage is away");
        await meter.Failed.Next();
        await meter.Failed.Next();
        meter.Failure = null;

        Assert.Equal(1, await meter.Detached.Next());
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V311)]
    [InlineData(MqttProtocolVersion.V500)]
    public async Task Will_ConnectionThatBreaks_IsAReportOfTheObject(MqttProtocolVersion version)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        var client = await node.Client("meter-1", version, options => options.WithWillTopic("m2m/reports").WithWillPayload("[{\"n\":\"gone\",\"vb\":true}]"));
        client.Dispose();

        Assert.Equal("[{\"n\":\"gone\",\"vb\":true}]", Encoding.UTF8.GetString((await meter.Reporting.Next()).Payload));
        // The session was detached before, and the object does not count as heard of.
        Assert.True(meter.Detached.Reader.TryRead(out _));
        Assert.True(meter.LastSpeaker.IsGone);
    }

    [Fact]
    public async Task Will_OfAGatewayThatAChildIsPresent_AttachesNobody()
    {
        var node = await MqttNode.Start();
        var gateway = node.Grains.Add("gw-1", ObjectKind.Gateway);
        var child = node.Grains.Add("sensor-1", gateway: "gw-1");
        var client = await node.Client("gw-1", MqttProtocolVersion.V500, options => options.WithWillTopic("m2m/children/sensor-1/status").WithWillPayload("online"));
        client.Dispose();

        await gateway.Detached.Next();
        await node.DisposeAsync();
        Assert.False(child.Attached.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Will_ClientThatTakesItsLeave_IsNotPublished()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        var client = await node.Client("meter-1", MqttProtocolVersion.V500, options => options.WithWillTopic("m2m/reports").WithWillPayload("[{\"n\":\"gone\",\"vb\":true}]"));
        await client.DisconnectAsync();

        await meter.Detached.Next();
        Assert.False(meter.Reporting.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Connect_UnknownVersion_IsRefusedAsUnacceptable()
    {
        await using var node = await MqttNode.Start();
        using var raw = await node.Raw();
        await raw.Send(RawMqtt.Packet(0x10, [.. RawMqtt.Text("MQIsdp"), 3, 2, 0, 0, .. RawMqtt.Text("c")]));

        Assert.Equal("20 0001", await raw.Hear());
        Assert.Equal("closed", await raw.Hear());
    }

    [Fact]
    public async Task Connect_EmptyClientIdThatWantsItsSession_IsNotAdmitted()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        using var raw = await node.Raw();
        await raw.Send(RawMqtt.Connect("meter-1", clientId: "", clean: false));

        Assert.Equal("closed", await raw.Hear());
    }

    [Fact]
    public async Task Connect_KeptSessionWanted_IsToldThatThereIsNone()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        using (await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", clean: false))) { }
        using var again = await node.Raw();
        await again.Send(RawMqtt.Connect("meter-1", clean: false));

        Assert.Equal("20 0000", await again.Hear());
    }

    [Fact]
    public async Task Connect_UserProperties_AreProvidedCharacteristics()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1", configure: options => options
            .WithUserProperty("sleeping", "true"u8.ToArray().AsMemory()).WithUserProperty("awakeWindow", "93"u8.ToArray().AsMemory()).WithUserProperty("band", "EU868"u8.ToArray().AsMemory()));

        var (_, provided, _) = await meter.Attached.Next();
        Assert.Equal([new("awakeWindow", "93"), new("band", "EU868"), new("sleeping", "true")], provided!);
    }

    [Theory]
    [InlineData(4, "closed")]
    [InlineData(5, "e0 8e00")]
    public async Task Connect_SameObjectUnderAnotherClientId_TakesOver(int version, string lastWord)
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        using var former = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version, "one"));
        using var later = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version, "two"));

        Assert.Equal(lastWord, await former.Hear());
        Assert.Equal("closed", await former.Hear());
        await later.AssertSilent();
    }

    [Fact]
    public async Task Connect_ForeignClientId_TakesNothingOver()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        node.Grains.Add("meter-2");
        using var victim = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", clientId: "same"));
        using var other = await (await node.Raw()).Enter(RawMqtt.Connect("meter-2", clientId: "same"));

        await victim.AssertSilent();
        await other.AssertSilent();
    }

    [Fact]
    public async Task Disconnect_AnyWay_DetachesItsOwnEpoch()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using (await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"))) { }
        Assert.Equal(1, await meter.Detached.Next());

        using var client = await node.Client("meter-1");
        await client.DisconnectAsync();
        Assert.Equal(2, await meter.Detached.Next());
        Assert.Null(meter.Current);
    }
}
