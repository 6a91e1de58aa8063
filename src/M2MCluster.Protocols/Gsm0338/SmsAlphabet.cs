namespace M2MCluster.Protocols.Gsm0338;

/// <summary>How the characters of a short message are written (3GPP TS 23.038, section 4).</summary>
public enum SmsAlphabet
{
    /// <summary>The default alphabet: 160 septets in one message, 153 in each of several.</summary>
    Default = 0,

    /// <summary>Bytes: 140, or 134.</summary>
    Octets = 1,

    /// <summary>UTF-16, most significant byte first: 70 units, or 67.</summary>
    Ucs2 = 2,
}
