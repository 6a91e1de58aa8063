using System.Text;

namespace M2MCluster.Protocols.Gsm0338;

/// <summary>Text and bytes as they stand in a short message, and the data_coding that says so (SMPP 3.4, section 5.2.19; 3GPP TS 23.038, section 4).</summary>
public static class SmsCoding
{
    // Strict: half of a surrogate pair has no bytes.
    private static readonly UnicodeEncoding BigEndian = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: false);

    /// <summary>The narrowest alphabet that has all characters.</summary>
    public static SmsAlphabet Choose(ReadOnlySpan<char> text) => GsmAlphabet.Measure(text) >= 0 ? SmsAlphabet.Default : SmsAlphabet.Ucs2;

    public static byte DataCodingOf(SmsAlphabet alphabet) => alphabet switch
    {
        SmsAlphabet.Octets => 0x04,
        SmsAlphabet.Ucs2 => 0x08,
        _ => 0x00,
    };

    /// <summary>The alphabet that a data_coding names; null for one that is not read here (JIS, Latin-Hebrew, …).</summary>
    /// <param name="isLatin1">Data coding 3, whose characters are bytes of Latin-1 (1 likewise, but those of ASCII).</param>
    public static SmsAlphabet? AlphabetOf(byte dataCoding, out bool isLatin1)
    {
        isLatin1 = dataCoding is 0x01 or 0x03;
        return dataCoding switch
        {
            0x00 => SmsAlphabet.Default,
            0x01 or 0x03 => SmsAlphabet.Octets,
            0x02 or 0x04 => SmsAlphabet.Octets,
            0x08 => SmsAlphabet.Ucs2,
            // The general data coding and message class groups of TS 23.038; compressed text is not read.
            < 0x40 when (dataCoding & 0x20) == 0 && (dataCoding & 0x10) != 0 => (dataCoding & 0x0C) switch
            {
                0x00 => SmsAlphabet.Default,
                0x04 => SmsAlphabet.Octets,
                0x08 => SmsAlphabet.Ucs2,
                _ => null,
            },
            >= 0xF0 => (dataCoding & 0x04) == 0 ? SmsAlphabet.Default : SmsAlphabet.Octets,
            _ => null,
        };
    }

    /// <summary>The bytes of a text in the alphabet; null if it lacks a character.</summary>
    public static byte[]? Encode(ReadOnlySpan<char> text, SmsAlphabet alphabet)
    {
        switch (alphabet)
        {
            case SmsAlphabet.Default:
                var length = GsmAlphabet.Measure(text);
                if (length < 0) return null;
                var septets = new byte[length];
                GsmAlphabet.Encode(text, septets);
                return septets;
            case SmsAlphabet.Ucs2:
                var units = new byte[BigEndian.GetByteCount(text)];
                BigEndian.GetBytes(text, units);
                return units;
            default:
                return null;
        }
    }

    /// <summary>The text that the bytes are in the alphabet; of octets each is a character of Latin-1.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, SmsAlphabet alphabet) => alphabet switch
    {
        SmsAlphabet.Default => GsmAlphabet.Decode(bytes),
        SmsAlphabet.Ucs2 => BigEndian.GetString(bytes),
        _ => Encoding.Latin1.GetString(bytes),
    };
}
