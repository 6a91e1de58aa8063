using System.Buffers.Binary;
using System.Security.Cryptography;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// Echo values (RFC 9175 section 2) that prove that a peer receives at the address it sends from, without any state for it: the time in
/// seconds, and 8 bytes of a MAC over it and the address under a key that lives as long as the process.
/// </summary>
internal sealed class EchoChallenge(TimeProvider time)
{
    public const int Length = sizeof(uint) + MacLength;

    private const int MacLength = 8;
    private const long FreshSeconds = 120;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public byte[] Create(UdpAddress address)
    {
        var value = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)time.GetUtcNow().ToUnixTimeSeconds());
        Mac(value.AsSpan(0, sizeof(uint)), address, value.AsSpan(sizeof(uint)));
        return value;
    }

    /// <summary>Whether the value was made here for this address within the last two minutes.</summary>
    public bool IsValid(ReadOnlySpan<byte> value, UdpAddress address)
    {
        if (value.Length != Length) return false;
        var age = time.GetUtcNow().ToUnixTimeSeconds() - BinaryPrimitives.ReadUInt32BigEndian(value);
        Span<byte> mac = stackalloc byte[MacLength];
        Mac(value[..sizeof(uint)], address, mac);
        return age is >= 0 and <= FreshSeconds && CryptographicOperations.FixedTimeEquals(mac, value[sizeof(uint)..]);
    }

    private void Mac(ReadOnlySpan<byte> moment, UdpAddress address, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[sizeof(uint) + 22];
        moment.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[4..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(input[12..], address.Low);
        BinaryPrimitives.WriteUInt32BigEndian(input[20..], address.Scope);
        BinaryPrimitives.WriteUInt16BigEndian(input[24..], address.Port);
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, input, whole);
        whole[..MacLength].CopyTo(mac);
    }
}
