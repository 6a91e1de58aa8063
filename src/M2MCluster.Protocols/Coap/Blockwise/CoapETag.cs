using System.Security.Cryptography;

namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>An entity tag that is the same for the same bytes, on every node and after every restart.</summary>
public static class CoapETag
{
    public const int Length = 8;

    /// <summary>The first 8 bytes of the body's SHA-256.</summary>
    public static byte[] Of(ReadOnlySpan<byte> body) => SHA256.HashData(body)[..Length];
}
