using System.Buffers.Binary;

namespace M2MCluster.FrontDoor.Access;

/// <summary>The SHA-256 of an API key as a dictionary's key.</summary>
internal readonly record struct KeyHash(UInt128 High, UInt128 Low)
{
    public static KeyHash From(ReadOnlySpan<byte> hash) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
}
