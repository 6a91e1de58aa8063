using System.Buffers;
using System.Runtime.InteropServices;
using MQTTnet.Adapter;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// Packets ⇄ bytes, MQTT 3.1.1 and 5. The fixed header, the limits and the protocol version are read here, before anything is allocated for the packet; the
/// bodies by MQTTnet's formatters. A formatter holds buffers but nothing of a connection, so each thread has one a version instead of each connection.
/// </summary>
internal static class MqttCodec
{
    private const int MaxLengthBytes = 4;

    [ThreadStatic] private static Formatter? version311;
    [ThreadStatic] private static Formatter? version5;

    /// <summary>Takes the first packet off the buffer. While the version is unknown, the packet must be a CONNECT, which sets it.</summary>
    public static MqttRead Read(ref ReadOnlySequence<byte> buffer, ref MqttProtocolVersion version, int maxPacketSize)
    {
        var status = ReadHeader(buffer, maxPacketSize, out var header, out var headerLength, out var bodyLength);
        if (status != MqttReadStatus.Packet) return new(status);
        if (version == MqttProtocolVersion.Unknown && header != (byte)MqttControlPacketType.Connect << 4) return new(MqttReadStatus.Malformed);
        var total = headerLength + bodyLength;
        if (buffer.Length < total) return new(MqttReadStatus.NeedMore);

        var body = buffer.Slice(headerLength, bodyLength);
        var bytes = body.IsSingleSegment && MemoryMarshal.TryGetArray(body.First, out var segment) ? segment : new(body.ToArray());
        buffer = buffer.Slice(total);
        if (version == MqttProtocolVersion.Unknown)
        {
            version = VersionOf(bytes);
            if (version == MqttProtocolVersion.Unknown) return new(MqttReadStatus.UnsupportedVersion);
        }

        try
        {
            return new(MqttReadStatus.Packet, FormatterOf(version).Packets.Decode(new ReceivedMqttPacket(header, bytes, total)));
        }
#pragma warning disable CA1031 // The formatters have no other way to say that bytes are malformed, and mutated ones make them throw whatever comes.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new(MqttReadStatus.Malformed);
        }
    }

    /// <summary>Appends the packet, whole or not at all. False: it is larger than the limit, and nothing was written.</summary>
    public static bool Write(IBufferWriter<byte> output, MqttPacket packet, MqttProtocolVersion version, uint maxPacketSize)
    {
        var formatter = FormatterOf(version);
        try
        {
            var encoded = formatter.Packets.Encode(packet);
            if (maxPacketSize != 0 && encoded.Length > maxPacketSize) return false;
            output.Write(encoded.Packet.AsSpan());
            foreach (var part in encoded.Payload) output.Write(part.Span);
            formatter.Buffer.Cleanup();
            return true;
        }
        catch
        {
            // A formatter that failed in the middle of a packet keeps its beginning, and would put it before the next one.
            version311 = null;
            version5 = null;
            throw;
        }
    }

    // Section 2.1 of both versions: type and flags, then the remaining length in one to four bytes of seven bits, least significant first.
    private static MqttReadStatus ReadHeader(ReadOnlySequence<byte> buffer, int maxPacketSize, out byte header, out int headerLength, out int bodyLength)
    {
        header = 0;
        headerLength = 0;
        bodyLength = 0;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out header)) return MqttReadStatus.NeedMore;
        if (!FlagsAreValid(header)) return MqttReadStatus.Malformed;
        for (var i = 0; i < MaxLengthBytes; i++)
        {
            if (!reader.TryRead(out var part)) return MqttReadStatus.NeedMore;
            bodyLength |= (part & 0x7F) << (7 * i);
            if ((part & 0x80) != 0) continue;
            headerLength = i + 2;
            return headerLength + bodyLength > maxPacketSize ? MqttReadStatus.TooLarge : MqttReadStatus.Packet;
        }

        return MqttReadStatus.Malformed;
    }

    // Section 2.1.3: a wrong flag is a malformed packet, and so is QoS 3, or DUP at QoS 0.
    private static bool FlagsAreValid(byte header) => (MqttControlPacketType)(header >> 4) switch
    {
        MqttControlPacketType.Publish => (header & 0x06) != 0x06 && ((header & 0x08) == 0 || (header & 0x06) != 0),
        MqttControlPacketType.PubRel or MqttControlPacketType.Subscribe or MqttControlPacketType.Unsubscribe => (header & 0x0F) == 0x02,
        _ => (header & 0xF0) != 0 && (header & 0x0F) == 0,
    };

    // Section 3.1.2.1: the name "MQTT" and the level, 4 or 5.
    private static MqttProtocolVersion VersionOf(ReadOnlySpan<byte> body)
    {
        if (body.Length < 7 || !body[..6].SequenceEqual("\0\u0004MQTT"u8)) return MqttProtocolVersion.Unknown;
        return body[6] switch
        {
            4 => MqttProtocolVersion.V311,
            5 => MqttProtocolVersion.V500,
            _ => MqttProtocolVersion.Unknown,
        };
    }

    private static Formatter FormatterOf(MqttProtocolVersion version) => version == MqttProtocolVersion.V500
        ? version5 ??= new(MqttProtocolVersion.V500)
        : version311 ??= new(MqttProtocolVersion.V311);

    private sealed class Formatter
    {
        public Formatter(MqttProtocolVersion version)
        {
            Buffer = new(4096, 65_535);
            Packets = MqttPacketFormatterAdapter.GetMqttPacketFormatter(version, Buffer);
        }

        public MqttBufferWriter Buffer { get; }

        public IMqttPacketFormatter Packets { get; }
    }
}
