using System.Buffers;
using CsCheck;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Testing;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class MqttCodecTests
{
    private const int Limit = 1 << 20;

    private static readonly MqttProtocolVersion[] All = [MqttProtocolVersion.Unknown, MqttProtocolVersion.V311, MqttProtocolVersion.V500];
    private static readonly Gen<MqttProtocolVersion> Versions = Gen.Int[0, 2].Select(i => All[i]);

    public static TheoryData<string, int> Packets { get; } = new()
    {
        // The CONNECT of section 3.1.2.12 in 3.1.1, with a client id, a user name and a password.
        { "1021 0004 4d515454 04 c2 000a 0001 63 0007 6d657465722d31 0009 313233343536373839", 0 },
        { "1022 0004 4d515454 05 c2 000a 00 0001 63 0007 6d657465722d31 0009 313233343536373839", 0 },
        { "3212 000b 6d326d2f7265706f727473 0007 5b5d 30", 4 },
        { "3213 000b 6d326d2f7265706f727473 0007 00 5b5d 30", 5 },
        { "4002 0007", 4 },
        { "4003 0007 97", 5 },
        { "6202 0007", 4 },
        { "8212 0001 000d 6d326d2f6d61696c626f782f23 01", 4 },
        { "a211 0001 000d 6d326d2f6d61696c626f782f23", 4 },
        { "c000", 4 },
        { "e000", 4 },
        { "e001 04", 5 },
    };

    [Theory]
    [MemberData(nameof(Packets))]
    public void Read_WholePacketAndMore_TakesThePacketAlone(string hex, int version)
    {
        var bytes = Bytes(hex);
        var buffer = new ReadOnlySequence<byte>([.. bytes, 0xC0]);
        var read = Read(ref buffer, version, out var after);

        Assert.Equal(MqttReadStatus.Packet, read.Status);
        Assert.Equal(1, buffer.Length);
        Assert.NotEqual(MqttProtocolVersion.Unknown, after);
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Read_EveryTruncation_NeedsMoreAndTakesNothing(string hex, int version)
    {
        var bytes = Bytes(hex);
        for (var length = 0; length < bytes.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Equal(MqttReadStatus.NeedMore, Read(ref buffer, version, out _).Status);
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Read_InSegmentsOfOneByte_IsTheSame(string hex, int version)
    {
        var buffer = Split(Bytes(hex));
        Assert.Equal(MqttReadStatus.Packet, Read(ref buffer, version, out _).Status);
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Read_RandomBytes_NeverThrowsAndTakesNoMoreThanThereIs() =>
        Gen.Select(Gen.Byte.Array[0, 64], Versions).Sample((bytes, version) =>
        {
            var buffer = new ReadOnlySequence<byte>(bytes);
            MqttCodec.Read(ref buffer, ref version, Limit);
            Assert.InRange(buffer.Length, 0, bytes.Length);
        });

    [Fact]
    public void Read_RandomBodies_NeverThrow() =>
        Gen.Select(Gen.Byte, Gen.Byte.Array[0, 100], Versions).Sample((header, body, version) =>
        {
            var buffer = new ReadOnlySequence<byte>(RawMqtt.Packet(header, body));
            MqttCodec.Read(ref buffer, ref version, Limit);
        });

    [Fact]
    public void Read_LengthOfFiveBytes_IsMalformed()
    {
        var buffer = new ReadOnlySequence<byte>([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]);
        Assert.Equal(MqttReadStatus.Malformed, Read(ref buffer, 4, out _).Status);
    }

    [Fact]
    public void Read_BeyondTheLimit_IsTooLargeBeforeItsBodyComes()
    {
        var buffer = new ReadOnlySequence<byte>([0x30, 0xFF, 0xFF, 0x7F]);
        var version = MqttProtocolVersion.V311;
        Assert.Equal(MqttReadStatus.TooLarge, MqttCodec.Read(ref buffer, ref version, 1024).Status);
    }

    [Fact]
    public void WriteThenRead_AnyPublish_IsTheSame() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.UShort, Gen.Bool, Gen.Bool).Sample((payload, id, five, quality) =>
        {
            var version = five ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311;
            var packet = new MqttPublishPacket
            {
                Topic = "m2m/mailbox/0123456789abcdef", PacketIdentifier = quality ? Math.Max((ushort)1, id) : (ushort)0, Payload = new(payload),
                QualityOfServiceLevel = quality ? MqttQualityOfServiceLevel.AtLeastOnce : MqttQualityOfServiceLevel.AtMostOnce, ContentType = five ? "text/plain" : null,
            };
            var output = new ArrayBufferWriter<byte>();
            Assert.True(MqttCodec.Write(output, packet, version, 0));
            var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
            var read = (MqttPublishPacket)MqttCodec.Read(ref buffer, ref version, Limit).Packet!;
            Assert.Equal(
                (packet.Topic, packet.PacketIdentifier, packet.QualityOfServiceLevel, packet.ContentType),
                (read.Topic, read.PacketIdentifier, read.QualityOfServiceLevel, five ? read.ContentType : null));
            Assert.Equal(payload, read.Payload.ToArray());
        });

    [Fact]
    public void Write_LargerThanThePeerTakes_WritesNothing()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.False(MqttCodec.Write(output, new MqttPublishPacket { Topic = "m2m/errors", Payload = new(new byte[200]) }, MqttProtocolVersion.V500, 100));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Write_AfterAPacketThatCannotBeWritten_IsNotSpoilt()
    {
        var output = new ArrayBufferWriter<byte>();
        var impossible = new MqttPublishPacket { Topic = "t", ContentType = "before", ResponseTopic = new('x', 70_000) };
        Assert.ThrowsAny<Exception>(() => MqttCodec.Write(output, impossible, MqttProtocolVersion.V500, 0));
        Assert.True(MqttCodec.Write(output, new MqttPubAckPacket { PacketIdentifier = 7 }, MqttProtocolVersion.V500, 0));

        Assert.StartsWith("40", Convert.ToHexString(output.WrittenSpan), StringComparison.Ordinal);
        Assert.DoesNotContain("6265666F7265", Convert.ToHexString(output.WrittenSpan), StringComparison.Ordinal);
    }

    private static MqttRead Read(ref ReadOnlySequence<byte> buffer, int version, out MqttProtocolVersion after)
    {
        after = version switch { 4 => MqttProtocolVersion.V311, 5 => MqttProtocolVersion.V500, _ => MqttProtocolVersion.Unknown };
        return MqttCodec.Read(ref buffer, ref after, Limit);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static ReadOnlySequence<byte> Split(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, 1), null);
        var last = first;
        for (var i = 1; i < bytes.Length; i++) last = new Segment(bytes.AsMemory(i, 1), last);
        return new(first, 0, last, 1);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
