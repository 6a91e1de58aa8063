using System.Buffers.Binary;
using System.Text;

namespace M2MCluster.Cli.Load;

/// <summary>The few MQTT 5 packets that the load generator needs, as bytes (MQTT 5.0 sections 3.1 to 3.4).</summary>
internal static class MqttBytes
{
    private const byte ContentType = 3;
    private const byte UserProperty = 38;
    private const byte ConnAck = 2;

    /// <summary>A CONNECT with clean start and no keep-alive; the client id is the user name.</summary>
    public static byte[] Connect(string user, string password)
    {
        var body = new List<byte>();
        AddText(body, "MQTT");
        body.AddRange([5, 0xC2, 0, 0, 0]);
        AddText(body, user);
        AddText(body, user);
        AddText(body, password);
        return Frame(0x10, body);
    }

    /// <summary>A PUBLISH at QoS 1; tells where packet id and the property <c>id</c> stand.</summary>
    public static byte[] Publish(string topic, string contentType, string id, byte[] payload, out int packetIdAt, out int idAt)
    {
        var properties = new List<byte> { ContentType };
        AddText(properties, contentType);
        properties.Add(UserProperty);
        AddText(properties, "id");
        AddText(properties, id);
        var body = new List<byte>();
        AddText(body, topic);
        var packetIdInBody = body.Count;
        body.AddRange([0, 1]);
        AddLength(body, properties.Count);
        body.AddRange(properties);
        var idInBody = body.Count - id.Length;
        body.AddRange(payload);
        var packet = Frame(0x32, body);
        packetIdAt = packet.Length - body.Count + packetIdInBody;
        idAt = packet.Length - body.Count + idInBody;
        return packet;
    }

    /// <summary>The length of the first packet, and where its body begins; false while it is not whole.</summary>
    public static bool TryFrame(ReadOnlySpan<byte> bytes, out int frame, out int body)
    {
        frame = 0;
        body = 1;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (body >= bytes.Length) return false;
            var digit = bytes[body++];
            frame |= (digit & 127) << shift;
            if (digit >= 128) continue;
            frame += body;
            return frame <= bytes.Length;
        }

        return false;
    }

    /// <summary>Whether it is a CONNACK of success.</summary>
    public static bool IsAccepted(ReadOnlySpan<byte> packet) =>
        TryFrame(packet, out var frame, out var body) && packet[0] >> 4 == ConnAck && frame - body >= 2 && packet[body + 1] == 0;

    private static byte[] Frame(byte header, List<byte> body)
    {
        var packet = new List<byte> { header };
        AddLength(packet, body.Count);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void AddText(List<byte> bytes, string text)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)Encoding.UTF8.GetByteCount(text));
        bytes.AddRange(length);
        bytes.AddRange(Encoding.UTF8.GetBytes(text));
    }

    private static void AddLength(List<byte> bytes, int length)
    {
        for (; length >= 128; length >>= 7) bytes.Add((byte)((length & 127) | 128));
        bytes.Add((byte)length);
    }
}
