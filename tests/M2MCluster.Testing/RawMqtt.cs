using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace M2MCluster.Testing;

/// <summary>MQTT 3.1.1 and 5 by hand, for what no client library would send.</summary>
public sealed class RawMqtt(TcpClient tcp) : IDisposable
{
    /// <summary>The secret of whoever is given none.</summary>
    public const string Secret = "a-secret-of-22-characters";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<RawMqtt> Open(int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        return new(tcp);
    }

    public static byte[] Connect(
        string user, int version = 4, string clientId = "c", string secret = Secret, bool clean = true, ushort keepAlive = 0, byte[]? properties = null) =>
        Packet(0x10, [.. Text("MQTT"), (byte)version, (byte)(0xC0 | (clean ? 2 : 0)), .. Number(keepAlive), .. Properties(version, properties), .. Text(clientId), .. Text(user), .. Text(secret)]);

    public static byte[] Publish(string topic, string payload, int qos = 1, ushort id = 1, bool dup = false, int version = 4, byte[]? properties = null) =>
        Packet((byte)(0x30 | (dup ? 8 : 0) | (qos << 1)), [.. Text(topic), .. qos == 0 ? [] : Number(id), .. Properties(version, properties), .. Encoding.UTF8.GetBytes(payload)]);

    public static byte[] Subscribe(ushort id, string filter, int qos = 1, int version = 4) =>
        Packet(0x82, [.. Number(id), .. Properties(version, null), .. Text(filter), (byte)qos]);

    public static byte[] PubAck(ushort id) => Packet(0x40, Number(id));

    public static byte[] PubRel(ushort id) => Packet(0x62, Number(id));

    public static byte[] Ping => [0xC0, 0];

    public static byte[] Text(string text) => [.. Number((ushort)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Packet(byte header, byte[] body)
    {
        var packet = new List<byte> { header };
        var length = body.Length;
        do
        {
            packet.Add((byte)(length % 128 | (length > 127 ? 0x80 : 0)));
            length /= 128;
        }
        while (length > 0);
        packet.AddRange(body);
        return [.. packet];
    }

    public Task Send(params byte[] bytes) => tcp.GetStream().WriteAsync(bytes).AsTask();

    /// <summary>The next packet, or null when the peer closed.</summary>
    /// <param name="within">How long to wait; 30 s by default.</param>
    public async Task<(byte Header, byte[] Body)?> Read(TimeSpan? within = null)
    {
        using var patience = new CancellationTokenSource(within ?? Patience);
        try
        {
            var one = new byte[1];
            if (await tcp.GetStream().ReadAsync(one, patience.Token) == 0) return null;
            var header = one[0];
            var length = 0;
            for (var shift = 0; ; shift += 7)
            {
                await tcp.GetStream().ReadExactlyAsync(one, patience.Token);
                length |= (one[0] & 0x7F) << shift;
                if ((one[0] & 0x80) == 0) break;
            }

            var body = new byte[length];
            await tcp.GetStream().ReadExactlyAsync(body, patience.Token);
            return (header, body);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads one packet and says it in hexadecimal, header first and without the length; <c>closed</c> when the peer closed.</summary>
    public async Task<string> Hear() => await Read() is { } packet ? $"{packet.Header:x2} {Convert.ToHexStringLower(packet.Body)}".TrimEnd() : "closed";

    /// <summary>Admitted, or the test fails.</summary>
    public async Task<RawMqtt> Enter(byte[] connect)
    {
        await Send(connect);
        var answer = await Hear();
        Assert.StartsWith("20 0000", answer, StringComparison.Ordinal);
        return this;
    }

    /// <summary>Whether there is nothing to read: a ping, sent now, is the next thing answered.</summary>
    public async Task AssertSilent()
    {
        await Send(Ping);
        Assert.Equal("d0", await Hear());
    }

    public void Dispose() => tcp.Dispose();

    private static byte[] Number(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Properties(int version, byte[]? properties) => version == 5 ? [(byte)(properties?.Length ?? 0), .. properties ?? []] : [];
}
