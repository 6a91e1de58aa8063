namespace M2MCluster.Protocols.Coap;

/// <summary>Content-Formats of the IANA registry in use here, and their media types.</summary>
public static class CoapContentFormat
{
    public const int TextPlain = 0;
    public const int LinkFormat = 40;
    public const int Xml = 41;
    public const int OctetStream = 42;
    public const int Json = 50;
    public const int Cbor = 60;
    public const int SenmlJson = 110;
    public const int SenmlCbor = 112;
    public const int LwM2mTlv = 11542;
    public const int LwM2mJson = 11543;

    /// <summary>The media type, or null for a number that is not known here.</summary>
    public static string? ToMediaType(int format) => format switch
    {
        TextPlain => "text/plain",
        LinkFormat => "application/link-format",
        Xml => "application/xml",
        OctetStream => "application/octet-stream",
        Json => "application/json",
        Cbor => "application/cbor",
        SenmlJson => "application/senml+json",
        SenmlCbor => "application/senml+cbor",
        LwM2mTlv => "application/vnd.oma.lwm2m+tlv",
        LwM2mJson => "application/vnd.oma.lwm2m+json",
        _ => null,
    };

    /// <summary>The number of a media type, parameters ignored; null where there is none.</summary>
    public static int? OfMediaType(string? mediaType)
    {
        if (mediaType is null) return null;
        var end = mediaType.IndexOf(';', StringComparison.Ordinal);
        var bare = (end < 0 ? mediaType.AsSpan() : mediaType.AsSpan(0, end)).Trim();
        foreach (var format in (ReadOnlySpan<int>)[TextPlain, LinkFormat, Xml, OctetStream, Json, Cbor, SenmlJson, SenmlCbor, LwM2mTlv, LwM2mJson])
        {
            if (bare.Equals(ToMediaType(format), StringComparison.OrdinalIgnoreCase)) return format;
        }

        return null;
    }
}
