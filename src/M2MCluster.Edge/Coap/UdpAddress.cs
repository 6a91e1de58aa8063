using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Edge.Coap;

/// <summary>A remote UDP endpoint by value, IPv4 in its IPv6-mapped form, so that looking a peer up allocates nothing.</summary>
internal readonly record struct UdpAddress(ulong High, ulong Low, uint Scope, ushort Port)
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;
    private const int Ipv4Length = 16;
    private const int Ipv6Length = 28;

    public bool IsLoopback => High == 0 && (Low == 1 || (IsMapped && (byte)(Low >> 24) == 127));

    private bool IsMapped => High == 0 && Low >> 32 == MappedPrefix >> 32;

    /// <summary>Reads the kernel's form: family, port, then IPv4, or flow, IPv6 and scope.</summary>
    public static UdpAddress Of(SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return address.Family == AddressFamily.InterNetwork
            ? new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), 0, port)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BitConverter.ToUInt32(bytes[24..]), port);
    }

    /// <summary>The kernel's form for a socket of this family.</summary>
    public SocketAddress ToSocketAddress(AddressFamily family)
    {
        var v4 = family == AddressFamily.InterNetwork;
        var address = new SocketAddress(family, v4 ? Ipv4Length : Ipv6Length);
        var bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], Port);
        if (v4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Low);
            return address;
        }

        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Low);
        BitConverter.TryWriteBytes(bytes[24..], Scope);
        return address;
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out UdpAddress address)
    {
        address = default;
        if (!IPEndPoint.TryParse(text, out var endpoint) || endpoint.Port == 0) return false;
        address = Of(endpoint.Serialize());
        return true;
    }

    /// <summary><c>192.0.2.1:5683</c> or <c>[2001:db8::1]:5683</c>.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        var ip = IsMapped ? new IPAddress(bytes[12..]) : new IPAddress(bytes, Scope);
        return new IPEndPoint(ip, Port).ToString();
    }
}
