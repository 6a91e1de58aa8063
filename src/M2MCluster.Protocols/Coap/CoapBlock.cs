namespace M2MCluster.Protocols.Coap;

/// <summary>The value of a Block1 or Block2 option (RFC 7959 section 2.2): 20 bits of number, one of more, three of size exponent.</summary>
/// <param name="Number">0–1,048,575.</param>
/// <param name="More">Whether more blocks follow.</param>
/// <param name="SizeExponent">0–6; the block has 2^(SizeExponent + 4) bytes.</param>
public readonly record struct CoapBlock(int Number, bool More, int SizeExponent)
{
    public const int MaxSizeExponent = 6;

    /// <summary>Bytes.</summary>
    public const int MaxSize = 1 << (MaxSizeExponent + 4);
    public const int MaxNumber = (1 << 20) - 1;

    /// <summary>16–1,024 bytes.</summary>
    public int Size => 1 << (SizeExponent + 4);

    /// <summary>The block's first byte in the body.</summary>
    public long Offset => (long)Number << (SizeExponent + 4);

    /// <summary>False for the reserved exponent 7.</summary>
    public static bool TryDecode(uint value, out CoapBlock block)
    {
        block = new((int)(value >> 4), (value & 8) != 0, (int)(value & 7));
        return block.SizeExponent <= MaxSizeExponent && value >> 24 == 0;
    }

    public uint Encode() => ((uint)Number << 4) | (More ? 8u : 0u) | (uint)SizeExponent;

    /// <summary>The option of a message; null where it is absent or its value is reserved (told apart by <see cref="CoapOptions.GetUint"/>).</summary>
    internal static CoapBlock? Of(CoapOptions options, int number) =>
        options.GetUint(number) is { } value && TryDecode(value, out var block) ? block : null;

    /// <summary>The largest exponent whose block is not larger than <paramref name="size"/> bytes; 0 below 16.</summary>
    public static int ExponentFor(int size) => Math.Clamp(31 - int.LeadingZeroCount(Math.Max(size, 16)) - 4, 0, MaxSizeExponent);
}
