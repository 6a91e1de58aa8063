using System.Diagnostics.CodeAnalysis;

namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>One block of a body: the option's value, and its bytes.</summary>
public readonly record struct CoapBlockSlice(CoapBlock Block, ReadOnlyMemory<byte> Payload)
{
    /// <summary>
    /// Cuts the block that was asked for out of a body (RFC 7959 section 2.4 for Block2, 2.5 for Block1); false where it begins at or
    /// beyond the end, except block 0 of an empty body.
    /// </summary>
    public static bool TryCut(ReadOnlyMemory<byte> body, CoapBlock wanted, [NotNullWhen(true)] out CoapBlockSlice? slice)
    {
        slice = null;
        if (wanted.Offset > body.Length || (wanted.Offset == body.Length && wanted.Number > 0)) return false;
        var rest = body[(int)wanted.Offset..];
        slice = rest.Length > wanted.Size ? new(wanted with { More = true }, rest[..wanted.Size]) : new(wanted with { More = false }, rest);
        return true;
    }
}
