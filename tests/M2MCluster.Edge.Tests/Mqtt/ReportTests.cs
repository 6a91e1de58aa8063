using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class ReportTests
{
    private const string Senml = """[{"n":"t","v":21.5}]""";

    [Theory]
    [InlineData(MqttProtocolVersion.V311, MqttQualityOfServiceLevel.AtMostOnce)]
    [InlineData(MqttProtocolVersion.V311, MqttQualityOfServiceLevel.AtLeastOnce)]
    [InlineData(MqttProtocolVersion.V311, MqttQualityOfServiceLevel.ExactlyOnce)]
    [InlineData(MqttProtocolVersion.V500, MqttQualityOfServiceLevel.AtMostOnce)]
    [InlineData(MqttProtocolVersion.V500, MqttQualityOfServiceLevel.AtLeastOnce)]
    [InlineData(MqttProtocolVersion.V500, MqttQualityOfServiceLevel.ExactlyOnce)]
    public async Task Report_AnyVersionAndQuality_IsStoredOnce(MqttProtocolVersion version, MqttQualityOfServiceLevel quality)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1", version);

        var result = await client.PublishStringAsync("m2m/reports", Senml, quality);
        Assert.True(result.IsSuccess);
        Assert.Equal("application/senml+json", (await meter.Reporting.Next()).ContentType);
        await client.DisconnectAsync();
        await meter.Detached.Next();
        Assert.Equal([Senml], meter.Stored);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Report_Quality0AndClosedAtOnce_IsStored(bool inOrder)
    {
        await using var node = await MqttNode.Start();
        for (var i = 0; i < 100; i++)
        {
            var meter = node.Grains.Add($"meter-{i}");
            using (var raw = await (await node.Raw()).Enter(RawMqtt.Connect($"meter-{i}")))
                await raw.Send([.. RawMqtt.Publish("m2m/reports", Senml, qos: 0), .. RawMqtt.Publish("m2m/reports", Senml, qos: 0), .. inOrder ? (byte[])[0xE0, 0] : []]);
            await meter.Detached.Next();
            Assert.Equal([Senml, Senml], meter.Stored);
        }
    }

    [Fact]
    public async Task Report_NotYetCommitted_IsNotAcknowledged()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        var commit = meter.Commit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(RawMqtt.Publish("m2m/reports", Senml, id: 7));
        await meter.Reporting.Next();

        await raw.AssertSilent();
        commit.SetResult();
        Assert.Equal("40 0007", await raw.Hear());
    }

    [Fact]
    public async Task Report_StorageAway_IsAcknowledgedOnlyOnceItIsBack()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version: 5));
        meter.Failure = new M2MException(ErrorCode.Unavailable, "storage is away");
        await raw.Send([.. RawMqtt.Publish("m2m/reports", Senml, id: 7, version: 5), .. RawMqtt.Publish("m2m/reports", "[]", id: 8, version: 5)]);
        await meter.Failed.Next();
        await meter.Failed.Next();

        await raw.AssertSilent();
        meter.Failure = null;
        Assert.StartsWith("40 0007", await raw.Hear(), StringComparison.Ordinal);
        Assert.StartsWith("40 000899", await raw.Hear(), StringComparison.Ordinal);
        Assert.Equal([Senml], meter.Stored);
    }

    [Fact]
    public async Task Report_MoreThanTheWindowWhileStorageIsAway_PausesReading()
    {
        await using var node = await MqttNode.Start(options => options.Window = 2);
        var meter = node.Grains.Add("meter-1");
        var commit = meter.Commit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        for (ushort id = 1; id <= 6; id++) await raw.Send(RawMqtt.Publish("m2m/reports", Senml, id: id));
        await raw.Send(RawMqtt.Ping);
        await meter.Reporting.Next();
        commit.SetResult();

        // The ping stands behind publishes that were not read, so its answer comes after acknowledgements, and all in order.
        var heard = new List<string>();
        for (var i = 0; i < 7; i++) heard.Add(await raw.Hear());
        Assert.Equal(["40 0001", "40 0002", "40 0003", "40 0004", "40 0005", "40 0006"], heard.Where(packet => packet != "d0"));
        Assert.True(heard.IndexOf("d0") >= 2, "reading did not pause");
    }

    [Fact]
    public async Task Report_RepeatedWithDup_IsAcknowledgedAndStoredOnce()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using (var lost = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1")))
        {
            await lost.Send(RawMqtt.Publish("m2m/reports", Senml, id: 7));
            await meter.Reporting.Next();
        }

        using var again = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await again.Send(RawMqtt.Publish("m2m/reports", Senml, id: 7, dup: true));
        Assert.Equal("40 0007", await again.Hear());
        Assert.Equal([Senml], meter.Stored);
    }

    [Fact]
    public async Task Report_SamePacketIdAndPayloadWithoutDup_IsAnotherReport()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        for (var i = 0; i < 2; i++)
        {
            await raw.Send(RawMqtt.Publish("m2m/reports", Senml, id: 7));
            Assert.Equal("40 0007", await raw.Hear());
        }

        Assert.Equal([Senml, Senml], meter.Stored);
    }

    [Theory]
    [InlineData(8, Senml, "c")]
    [InlineData(7, """[{"n":"t","v":22.5}]""", "c")]
    [InlineData(7, Senml, "other")]
    public async Task Report_DupOfAnotherExchange_IsStored(ushort id, string payload, string clientId)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send(RawMqtt.Publish("m2m/reports", Senml, id: 7));
        Assert.Equal("40 0007", await raw.Hear());

        using var again = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", clientId: clientId));
        await again.Send(RawMqtt.Publish("m2m/reports", payload, id: id, dup: true));
        await again.Hear();
        Assert.Equal([Senml, payload], meter.Stored);
    }

    [Fact]
    public async Task Report_GivenIdTwice_IsStoredOnceWhateverElseDiffers()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        foreach (var quality in new[] { MqttQualityOfServiceLevel.AtLeastOnce, MqttQualityOfServiceLevel.ExactlyOnce, MqttQualityOfServiceLevel.AtMostOnce })
        {
            await client.PublishAsync(new MqttApplicationMessageBuilder()
                .WithTopic("m2m/reports").WithPayload(Senml).WithQualityOfServiceLevel(quality).WithUserProperty("id", "12345678"u8.ToArray().AsMemory()).Build());
            Assert.Equal("12345678"u8.ToArray(), (await meter.Reporting.Next()).Name.Given);
        }

        Assert.Equal([Senml], meter.Stored);
    }

    [Fact]
    public async Task Report_ExactlyOnceSentTwiceBeforeItsRelease_IsStoredOnce()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        await raw.Send([.. RawMqtt.Publish("m2m/reports", Senml, qos: 2, id: 7), .. RawMqtt.Publish("m2m/reports", Senml, qos: 2, id: 7, dup: true), .. RawMqtt.PubRel(7)]);

        Assert.Equal(["50 0007", "50 0007", "70 0007"], [await raw.Hear(), await raw.Hear(), await raw.Hear()]);
        Assert.Equal([Senml], meter.Stored);
        await raw.Send(RawMqtt.Publish("m2m/reports", Senml, qos: 2, id: 7));
        Assert.Equal("50 0007", await raw.Hear());
        Assert.Equal([Senml, Senml], meter.Stored);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_AnswerOfTheGrainLost_IsTriedAgainAsARepetition(bool cancelled)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1"));
        // The grain directory is cancelled when the silo leaves that keeps the entry.
        meter.Failure = cancelled ? new TaskCanceledException() : new TimeoutException("no answer");
        var before = (uint)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await raw.Send(RawMqtt.Publish("m2m/reports", Senml));
        await meter.Failed.Next();
        meter.Failure = null;

        Assert.Equal("40 0001", await raw.Hear());
        var name = (await meter.Reporting.Next()).Name;
        Assert.True(name.MayRepeat);
        Assert.InRange(name.NotBefore, before - 1, before + 10);
    }

    [Theory]
    [InlineData("application/senml+json", Senml, null)]
    [InlineData("application/json; charset=utf-8", """{"a":1}""", null)]
    [InlineData("text/plain", "hello", null)]
    [InlineData("application/octet-stream", "\u0001\u0002", null)]
    [InlineData("application/json", "{", "not JSON")]
    [InlineData("application/senml+json", "{}", "a pack is an array")]
    [InlineData("application/senml+cbor", "no cbor", "a pack is an array")]
    [InlineData("image/png", "x", "a content format that is not read here")]
    public async Task Report_WithContentType_IsReadAsThat(string contentType, string payload, string? fault)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        var result = await client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic("m2m/reports").WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithContentType(contentType).Build());

        if (fault is null)
        {
            Assert.Equal(MqttClientPublishReasonCode.Success, result.ReasonCode);
            Assert.Equal(contentType.Split(';')[0], (await meter.Reporting.Next()).ContentType);
            return;
        }

        Assert.Equal(MqttClientPublishReasonCode.PayloadFormatInvalid, result.ReasonCode);
        Assert.Equal(fault, (await meter.Faults.Next()).Fault);
        Assert.Empty(meter.Stored);
    }

    [Theory]
    [InlineData(4, "40 0007", "not senml")]
    [InlineData(5, "40 000799", "not senml")]
    [InlineData(4, "40 0007", "")]
    [InlineData(4, "40 0007", """[{"n":"t"}]""")]
    public async Task Report_Unreadable_IsKeptAcknowledgedAndTold(int version, string acknowledgement, string payload)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version));
        await raw.Send(RawMqtt.Subscribe(1, "m2m/errors", version: version));
        Assert.StartsWith("90 0001", await raw.Hear(), StringComparison.Ordinal);
        await raw.Send(RawMqtt.Publish("m2m/reports", payload, id: 7, version: version));

        var told = Encoding.UTF8.GetString((await raw.Read())!.Value.Body);
        Assert.Contains("\"topic\":\"m2m/reports\",\"packetId\":7,\"error\":\"unreadable\"", told, StringComparison.Ordinal);
        Assert.StartsWith(acknowledgement, await raw.Hear(), StringComparison.Ordinal);
        Assert.Equal(payload, Encoding.UTF8.GetString((await meter.Faults.Next()).Report.Payload));
        await raw.AssertSilent();
    }

    [Fact]
    public async Task Report_IdTooLong_IsKeptAsUnreadable()
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var client = await node.Client("meter-1");
        var result = await client.PublishAsync(new MqttApplicationMessageBuilder()
            .WithTopic("m2m/reports").WithPayload(Senml).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithUserProperty("id", "123456789"u8.ToArray().AsMemory()).Build());

        Assert.Equal(MqttClientPublishReasonCode.PayloadFormatInvalid, result.ReasonCode);
        await meter.Faults.Next();
    }

    [Theory]
    [InlineData(4, "d0")]
    [InlineData(5, "40 000180")]
    public async Task Report_GrainFailsUnforeseen_IsNeverAcknowledgedAsStored(int version, string expected)
    {
        await using var node = await MqttNode.Start();
        var meter = node.Grains.Add("meter-1");
        using var raw = await (await node.Raw()).Enter(RawMqtt.Connect("meter-1", version));
        meter.Failure = new InvalidCastException("inner text");
        await raw.Send(RawMqtt.Publish("m2m/reports", Senml, version: version));
        await meter.Failed.Next();
        if (version == 4) await raw.Send(RawMqtt.Ping);

        var heard = await raw.Hear();
        Assert.StartsWith(expected, heard, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower("inner text"u8), heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ForeignTopic_IsRefusedAndReachesNobody()
    {
        await using var node = await MqttNode.Start();
        node.Grains.Add("meter-1");
        node.Grains.Add("meter-2");
        using var other = await (await node.Raw()).Enter(RawMqtt.Connect("meter-2"));
        await other.Send(RawMqtt.Subscribe(1, "m2m/mailbox/#"));
        Assert.Equal("90 000101", await other.Hear());
        using var client = await node.Client("meter-1");
        foreach (var topic in new[] { "m2m/mailbox/0123456789abcdef", "m2m/errors", "anything", "m2m/reports/x" })
        {
            var result = await client.PublishAsync(new MqttApplicationMessageBuilder()
                .WithTopic(topic).WithPayload("x").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainFlag().Build());
            Assert.Equal(MqttClientPublishReasonCode.TopicNameInvalid, result.ReasonCode);
        }

        await other.AssertSilent();
    }
}
