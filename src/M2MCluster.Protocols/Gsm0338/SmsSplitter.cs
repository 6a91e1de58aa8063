namespace M2MCluster.Protocols.Gsm0338;

/// <summary>Cuts what is longer than one short message into parts that a phone joins (3GPP TS 23.040, section 9.2.3.24.1).</summary>
public static class SmsSplitter
{
    private const int Octets = 140;
    private const int OctetsOfPart = Octets - UserDataHeader.PartLength;
    private const int Septets = 160;

    // The header takes 48 bits and one to fill: seven septets.
    private const int SeptetsOfPart = Septets - 7;
    private const byte Escape = 0x1B;

    /// <summary>
    /// The contents of the short messages: the bytes themselves if they fit into one, else a user data header and a part of them in each. Null if more than
    /// <paramref name="maxParts"/> are needed.
    /// </summary>
    /// <param name="bytes">As <see cref="SmsCoding.Encode"/> made them, or bytes.</param>
    /// <param name="reference">Another one for each message to the same phone.</param>
    /// <param name="maxParts">1 to 255.</param>
    public static IReadOnlyList<byte[]>? Split(ReadOnlySpan<byte> bytes, SmsAlphabet alphabet, ushort reference, int maxParts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxParts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxParts, byte.MaxValue);
        if (bytes.Length <= (alphabet == SmsAlphabet.Default ? Septets : Octets)) return [bytes.ToArray()];

        var most = alphabet == SmsAlphabet.Default ? SeptetsOfPart : OctetsOfPart;
        var parts = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            if (parts.Count == maxParts) return null;
            var length = bytes.Length <= most ? bytes.Length : CutBefore(bytes, alphabet, most);
            var part = new byte[UserDataHeader.PartLength + length];
            bytes[..length].CopyTo(part.AsSpan(UserDataHeader.PartLength));
            parts.Add(part);
            bytes = bytes[length..];
        }

        for (var i = 0; i < parts.Count; i++) UserDataHeader.WritePart(new(reference, (byte)parts.Count, (byte)(i + 1)), parts[i]);
        return parts;
    }

    /// <summary>An escape stays with what it escapes, and the two halves of a surrogate pair together.</summary>
    private static int CutBefore(ReadOnlySpan<byte> bytes, SmsAlphabet alphabet, int most) => alphabet switch
    {
        SmsAlphabet.Default when EscapesNext(bytes[..most]) => most - 1,
        SmsAlphabet.Ucs2 when (bytes[most - 2] & 0xFC) == 0xD8 => most - 2,
        _ => most,
    };

    // An escaped escape is a blank, and ends the pair.
    private static bool EscapesNext(ReadOnlySpan<byte> septets)
    {
        var escapes = 0;
        while (escapes < septets.Length && septets[septets.Length - 1 - escapes] == Escape) escapes++;
        return escapes % 2 == 1;
    }
}
