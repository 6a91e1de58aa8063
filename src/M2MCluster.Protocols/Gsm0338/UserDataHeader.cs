using System.Buffers.Binary;

namespace M2MCluster.Protocols.Gsm0338;

/// <summary>The user data header of a short message (3GPP TS 23.040, section 9.2.3.24): its length, then elements of tag, length and value.</summary>
public static class UserDataHeader
{
    /// <summary>Bytes of the header that <see cref="WritePart"/> writes.</summary>
    public const int PartLength = 6;

    private const byte Concatenation8 = 0x00;
    private const byte Concatenation16 = 0x08;

    /// <summary>Reads the header. False: it is malformed, and so there is no telling where the message begins.</summary>
    /// <param name="content">The message, header first.</param>
    /// <param name="length">Where the message itself begins.</param>
    /// <param name="part">Null: it is not one of several.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, out int length, out SmsPart? part)
    {
        length = 0;
        part = null;
        if (content.IsEmpty || content[0] + 1 > content.Length) return false;
        length = content[0] + 1;
        var elements = content[1..length];
        while (!elements.IsEmpty)
        {
            if (elements.Length < 2 || elements[1] + 2 > elements.Length) return false;
            var value = elements.Slice(2, elements[1]);
            SmsPart? told = (elements[0], value.Length) switch
            {
                (Concatenation8, 3) => new(value[0], value[1], value[2]),
                (Concatenation16, 4) => new(BinaryPrimitives.ReadUInt16BigEndian(value), value[2], value[3]),
                _ => null,
            };
            // What is not valid is to be ignored (section 9.2.3.24.1).
            if (told is { IsValid: true }) part = told;
            elements = elements[(2 + value.Length)..];
        }

        return true;
    }

    /// <summary>Writes the header of one part, <see cref="PartLength"/> bytes, with the lower eight bits of the reference.</summary>
    public static void WritePart(SmsPart part, Span<byte> destination)
    {
        destination[0] = PartLength - 1;
        destination[1] = Concatenation8;
        destination[2] = 3;
        destination[3] = (byte)part.Reference;
        destination[4] = part.Total;
        destination[5] = part.Number;
    }
}
