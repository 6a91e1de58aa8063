using System.Buffers;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class DownlinkTests
{
    private static readonly MessageId Message = new(0x0123456789abcdef);
    private static readonly string Mailbox = "m2m/mailbox/0123456789abcdef";

    [Fact]
    public async Task Deliver_Version5_CarriesAllThatIsKnownOfTheMessage()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        var heard = new TaskCompletionSource<MqttApplicationMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.ApplicationMessageReceivedAsync += args =>
        {
            heard.TrySetResult(args.ApplicationMessage);
            return Task.CompletedTask;
        };
        await client.SubscribeAsync("m2m/mailbox/#", MqttQualityOfServiceLevel.AtLeastOnce);
        await Deliver(node, meter, new("reboot", "PUT", "/3/0/4?x=1", "application/json"), attempt: 17);

        var message = await heard.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Mailbox, message.Topic);
        Assert.Equal("hello", Encoding.UTF8.GetString(message.Payload.ToArray()));
        Assert.Equal("text/plain", message.ContentType);
        Assert.Equal(Mailbox + "/result", message.ResponseTopic);
        Assert.InRange(message.MessageExpiryInterval, 3590u, 3600u);
        Assert.Equal(
            ["priority=4", "name=reboot", "method=PUT", "path=/3/0/4?x=1", "accept=application/json"],
            message.UserProperties.Select(property => $"{property.Name}={property.ReadValueAsString()}"));
        var (id, attempt, settlement) = await meter.Settlements.Next();
        Assert.Equal((Message, 17, SettlementKind.Acknowledged), (id, attempt, settlement.Kind));
    }

    [Fact]
    public async Task Deliver_Version311_IsSettledByThePubAckAndNotBefore()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 1);
        await Deliver(node, meter);
        var published = (await raw.Read())!.Value;

        Assert.Equal(0x32, published.Header);
        Assert.False(meter.Settlements.Reader.TryRead(out _));
        await raw.Send(RawMqtt.PubAck(1));
        Assert.Equal(SettlementKind.Acknowledged, (await meter.Settlements.Next()).Settlement.Kind);
    }

    [Theory]
    [InlineData(MqttPubAckReasonCode.PayloadFormatInvalid, SettlementKind.Answered)]
    [InlineData(MqttPubAckReasonCode.TopicNameInvalid, SettlementKind.Answered)]
    [InlineData(MqttPubAckReasonCode.NotAuthorized, SettlementKind.Answered)]
    [InlineData(MqttPubAckReasonCode.QuotaExceeded, SettlementKind.Busy)]
    public async Task Deliver_RefusedByTheDevice_IsSettledAsSaid(MqttPubAckReasonCode reason, SettlementKind expected)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        client.ApplicationMessageReceivedAsync += args =>
        {
            args.ReasonCode = (MqttApplicationMessageReceivedReasonCode)reason;
            return Task.CompletedTask;
        };
        await client.SubscribeAsync("m2m/mailbox/#", MqttQualityOfServiceLevel.AtLeastOnce);
        await Deliver(node, meter);

        var (_, _, settlement) = await meter.Settlements.Next();
        Assert.Equal(expected, settlement.Kind);
        Assert.Equal($"MQTT 0x{(int)reason:x2}", settlement.Detail);
        if (expected == SettlementKind.Answered) Assert.False(settlement.Result!.Ok);
        else Assert.True(settlement.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task Deliver_SubscribedWithQuality0_IsOnlySent()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 0);
        await Deliver(node, meter);

        Assert.Equal(0x30, (await raw.Read())!.Value.Header);
        Assert.Equal(SettlementKind.Sent, (await meter.Settlements.Next()).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_NotSubscribedOrGone_IsLost()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using (var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1")))
        {
            await Deliver(node, meter);
            Assert.Equal(SettlementKind.Lost, (await meter.Settlements.Next()).Settlement.Kind);
            await raw.AssertSilent();
        }

        await node.Downlink.Deliver("no such session", new("meter-1", 2, Waiting()));
        Assert.Equal((2, SettlementKind.Lost), await meter.Settlements.Next() is var settled ? (settled.Attempt, settled.Settlement.Kind) : default);
    }

    [Fact]
    public async Task Deliver_TheSameAgainBeforeItsPubAck_IsNotPublishedAgainAndSettlesTheLaterAttempt()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 1);
        await Deliver(node, meter, attempt: 1);
        await raw.Read();
        await Deliver(node, meter, attempt: 2);
        await raw.AssertSilent();
        await raw.Send(RawMqtt.PubAck(1));

        var (_, attempt, settlement) = await meter.Settlements.Next();
        Assert.Equal((2, SettlementKind.Acknowledged), (attempt, settlement.Kind));
    }

    [Fact]
    public async Task Deliver_MoreThanTheClientReceivesAtOnce_WaitsAndTheHigherPriorityGoesFirst()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5, properties: [0x21, 0, 1]));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", 1, version: 5));
        await raw.Hear();
        foreach (var (id, priority) in new[] { (1, 0), (2, 1), (3, 7), (4, 1) })
            await node.Downlink.Deliver(meter.Current!.Session, new("meter-1", id, Waiting(id) with { Priority = priority }));

        foreach (var expected in new[] { 1, 3, 2, 4 })
        {
            var body = (await raw.Read())!.Value.Body;
            var topic = Encoding.UTF8.GetString(body, 2, body[1]);
            Assert.Equal($"m2m/mailbox/{expected:x16}", topic);
            Assert.False(meter.Settlements.Reader.TryRead(out _));
            await raw.Send(RawMqtt.PubAck((ushort)((body[2 + body[1]] << 8) | body[3 + body[1]])));
            Assert.Equal((new MessageId(expected), SettlementKind.Acknowledged), await meter.Settlements.Next() is var settled ? (settled.Id, settled.Settlement.Kind) : default);
        }
    }

    [Fact]
    public async Task Deliver_MoreThanMayWait_TheLowestPriorityIsBusy()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5, properties: [0x21, 0, 1]));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", 1, version: 5));
        await raw.Hear();
        for (var id = 1; id <= 65; id++) await node.Downlink.Deliver(meter.Current!.Session, new("meter-1", id, Waiting(id)));
        await node.Downlink.Deliver(meter.Current!.Session, new("meter-1", 66, Waiting(66) with { Priority = 7 }));

        Assert.Equal((new MessageId(65), SettlementKind.Busy), await meter.Settlements.Next() is var settled ? (settled.Id, settled.Settlement.Kind) : default);
    }

    [Theory]
    [InlineData(TransactionVerb.Prepare, "/prepare")]
    [InlineData(TransactionVerb.Commit, "/commit/0000000000000005")]
    [InlineData(TransactionVerb.Rollback, "/rollback/0000000000000005")]
    public async Task Deliver_MessageOfATransaction_HasATopicThatIsNoOrder(TransactionVerb verb, string expected)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 1);
        await node.Downlink.Deliver(meter.Current!.Session, new("meter-1", 1, Waiting() with { Transaction = new(verb, new(5)) }));

        var body = (await raw.Read())!.Value.Body;
        Assert.Equal(Mailbox + expected, Encoding.UTF8.GetString(body, 2, body[1]));
    }

    [Fact]
    public async Task Deliver_LargerThanTheClientTakes_IsRefusedAndTheConnectionStays()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1", configure: options => options.WithMaximumPacketSize(100));
        await client.SubscribeAsync("m2m/mailbox/#", MqttQualityOfServiceLevel.AtLeastOnce);
        await node.Downlink.Deliver(meter.Current!.Session, new("meter-1", 1, Waiting() with { Payload = new byte[200] }));

        Assert.Equal(SettlementKind.Answered, (await meter.Settlements.Next()).Settlement.Kind);
        await client.PingAsync();
    }

    [Fact]
    public async Task Settle_StorageAway_IsTriedAgain()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 1);
        await Deliver(node, meter);
        await raw.Read();
        meter.Failure = new M2MException(ErrorCode.Unavailable, "storage is away");
        await raw.Send(RawMqtt.PubAck(1));
        await meter.Failed.Next();
        meter.Failure = null;

        Assert.Equal(SettlementKind.Acknowledged, (await meter.Settlements.Next()).Settlement.Kind);
    }

    [Fact]
    public async Task PubAck_OfNothing_IsIgnored()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await Subscriber(node, "meter-1", qos: 1);
        await raw.Send(RawMqtt.PubAck(9));

        await raw.AssertSilent();
        Assert.False(meter.Settlements.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(CloseReason.TakenOver, "e0 8e00")]
    [InlineData(CloseReason.ObjectDeleted, "e0 8700")]
    [InlineData(CloseReason.CredentialRevoked, "e0 8700")]
    public async Task Close_AnyReason_IsToldAndEndsTheConnection(CloseReason reason, string expected)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5));
        await node.Downlink.Close(meter.Current!.Session, reason);

        Assert.Equal(expected, await raw.Hear());
        Assert.Equal("closed", await raw.Hear());
    }

    [Theory]
    [InlineData(MqttProtocolVersion.V500, "ok", "done", true)]
    [InlineData(MqttProtocolVersion.V500, "error", "failed", false)]
    public async Task Result_AsUserProperty_IsRecorded(MqttProtocolVersion version, string result, string payload, bool ok)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        meter.Waiting.Add(Message);
        using var client = await node.Client("meter-1", version);
        var answer = await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Mailbox + "/result").WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithContentType("text/plain")
            .WithUserProperty("result", Encoding.UTF8.GetBytes(result).AsMemory()).Build());

        Assert.Equal(MqttClientPublishReasonCode.Success, answer.ReasonCode);
        Assert.True(meter.ResultOf(Message)!.Same(new(ok, "text/plain", Encoding.UTF8.GetBytes(payload))));
    }

    [Theory]
    [InlineData("""{"result":"ok"}""", true, null, null)]
    [InlineData("""{"result":"error","payload":"too hot"}""", false, "text/plain", "too hot")]
    [InlineData("""{"result":"ok","payload":{"a":[1, 2]}}""", true, "application/json", """{"a":[1, 2]}""")]
    public async Task Result_AsJson_IsRecorded(string json, bool ok, string? contentType, string? payload)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        meter.Waiting.Add(Message);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(RawMqtt.Publish(Mailbox + "/result", json));

        Assert.Equal("40 0001", await raw.Hear());
        Assert.True(meter.ResultOf(Message)!.Same(new(ok, contentType, payload is null ? null : Encoding.UTF8.GetBytes(payload))));
    }

    [Theory]
    [InlineData("""{"result":"error"}""", "40 000283", "conflict")]
    [InlineData("""{"result":"ok"}""", "40 000200", null)]
    [InlineData("""{"result":"maybe"}""", "40 000299", "unreadable")]
    [InlineData("ok", "40 000299", "unreadable")]
    public async Task Result_AfterAnotherOne_IsTold(string second, string acknowledgement, string? told)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        meter.Waiting.Add(Message);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/errors", version: 5));
        await raw.Hear();
        await raw.Send(RawMqtt.Publish(Mailbox + "/result", """{"result":"ok"}""", id: 1, version: 5));
        Assert.StartsWith("40 0001", await raw.Hear(), StringComparison.Ordinal);
        await raw.Send(RawMqtt.Publish(Mailbox + "/result", second, id: 2, version: 5));

        if (told is not null) Assert.Contains($"\"error\":\"{told}\"", Encoding.UTF8.GetString((await raw.Read())!.Value.Body), StringComparison.Ordinal);
        Assert.StartsWith(acknowledgement[..(told is null ? 7 : 9)], await raw.Hear(), StringComparison.Ordinal);
        Assert.True(meter.ResultOf(Message)!.Ok);
    }

    [Fact]
    public async Task Result_OfNoSuchMessage_IsTold()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        var answer = await client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Mailbox + "/result").WithPayload("""{"result":"ok"}""")
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

        Assert.Equal(MqttClientPublishReasonCode.TopicNameInvalid, answer.ReasonCode);
    }

    internal static WaitingMessage Waiting(long id = 0x0123456789abcdef) => new(
        new(id), "text/plain", "hello"u8.ToArray(), Priority: 4, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), Confirmation.Delivered);

    private static Task Deliver(MqttNode node, FakeObject meter, Command? command = null, long attempt = 1) =>
        node.Downlink.Deliver(meter.Current!.Session, new("meter-1", attempt, Waiting() with { Command = command }));

    private static async Task<RawMqtt> Subscriber(MqttNode node, string user, int qos)
    {
        var raw = await (await node.Raw()).Enter(RawMqtt.Connect(user));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#", qos));
        Assert.Equal($"90 00010{qos}", await raw.Hear());
        return raw;
    }
}
