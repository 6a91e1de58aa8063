using System.Globalization;
using System.Text;

namespace M2MCluster.Protocols.LinkFormat;

/// <summary>Writes <c>application/link-format</c> (RFC 6690 section 2). Values that are decimal numbers stand bare, others quoted.</summary>
public static class LinkFormatWriter
{
    public static string Write(IEnumerable<Link> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var text = new StringBuilder();
        foreach (var link in links)
        {
            if (text.Length > 0) text.Append(',');
            text.Append('<').Append(link.Target).Append('>');
            foreach (var (name, value) in link.Attributes)
            {
                text.Append(';').Append(name);
                if (value is null) continue;
                text.Append('=');
                if (IsNumber(value)) text.Append(value);
                else text.Append('"').Append(value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            }
        }

        return text.ToString();
    }

    private static bool IsNumber(string value) => value.Length > 0 && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
