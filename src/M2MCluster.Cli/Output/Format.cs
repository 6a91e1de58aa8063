using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.Cli.Output;

/// <summary>How values look to a person.</summary>
internal static class Format
{
    private const int LongestText = 80;

    /// <summary>UTC to the second; empty where there is none.</summary>
    public static string Time(Timestamp? time) =>
        time is null ? string.Empty : time.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A payload as text where it is printable, else in hexadecimal; cut after 80 characters.</summary>
    public static string Payload(ByteString payload)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(payload.Span);
            if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))) text = Convert.ToHexStringLower(payload.Span);
        }
        catch (DecoderFallbackException)
        {
            text = Convert.ToHexStringLower(payload.Span);
        }

        return text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");
    }

    /// <summary>The last part of a resource's name.</summary>
    public static string Id(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>A full resource name from an id or a full name.</summary>
    public static string Name(string collection, string idOrName) =>
        idOrName.StartsWith(collection + "/", StringComparison.Ordinal) ? idOrName : $"{collection}/{idOrName}";
}
