using System.Buffers.Binary;
using System.Text;

namespace M2MCluster.Protocols.Coap;

/// <summary>One option: its number (0–65535) and its value, a slice of the message it was read from.</summary>
public readonly record struct CoapOption(int Number, ReadOnlyMemory<byte> Value)
{
    /// <summary>An unsigned number in as few bytes as it needs; 0 is the empty value (RFC 7252 section 3.2).</summary>
    public static CoapOption OfUint(int number, uint value)
    {
        if (value == 0) return new(number, ReadOnlyMemory<byte>.Empty);
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new(number, bytes[(int)(uint.LeadingZeroCount(value) / 8)..].ToArray());
    }

    public static CoapOption OfString(int number, string value) => new(number, Encoding.UTF8.GetBytes(value));

    /// <summary>Leading zeros are accepted; false above four bytes.</summary>
    public bool TryGetUint(out uint value)
    {
        value = 0;
        if (Value.Length > sizeof(uint)) return false;
        foreach (var b in Value.Span) value = (value << 8) | b;
        return true;
    }

    /// <summary>The value as UTF-8; bytes that are none become U+FFFD.</summary>
    public string GetString() => Encoding.UTF8.GetString(Value.Span);
}
