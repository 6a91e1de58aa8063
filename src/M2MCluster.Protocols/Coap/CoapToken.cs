using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace M2MCluster.Protocols.Coap;

/// <summary>
/// A token of 0–8 bytes (RFC 7252 section 5.3.1), held by value. Extended lengths (RFC 8974) are refused by the decoder as a message
/// format error, which is what that RFC expects of an endpoint that does not offer them.
/// </summary>
public readonly record struct CoapToken
{
    public const int MaxLength = 8;

    private readonly ulong _bytes;
    private readonly byte _length;

    /// <exception cref="ArgumentOutOfRangeException">More than 8 bytes.</exception>
    public CoapToken(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxLength, nameof(bytes));
        Span<byte> padded = stackalloc byte[MaxLength];
        padded.Clear();
        bytes.CopyTo(padded);
        _bytes = MemoryMarshal.Read<ulong>(padded);
        _length = (byte)bytes.Length;
    }

    public static CoapToken Empty => default;

    public int Length => _length;

    /// <summary>A token of 4 bytes, big endian.</summary>
    public static CoapToken OfNumber(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new CoapToken(bytes);
    }

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Span<byte> padded = stackalloc byte[MaxLength];
        MemoryMarshal.Write(padded, in _bytes);
        padded[.._length].CopyTo(destination);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[_length];
        CopyTo(bytes);
        return bytes;
    }

    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
