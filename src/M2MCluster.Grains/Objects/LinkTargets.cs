namespace M2MCluster.Grains.Objects;

/// <summary>
/// Targets and interfaces in a CoRE link-format text (RFC 6690), which was checked when it was registered: a text that is not one has no links.
/// </summary>
internal static class LinkTargets
{
    public static IEnumerable<(string Target, string[] Interfaces)> Read(string links)
    {
        for (var at = 0; at < links.Length;)
        {
            var open = links.IndexOf('<', at);
            var close = open < 0 ? -1 : links.IndexOf('>', open);
            if (close < 0) yield break;
            var end = EndOf(links, close + 1);
            yield return (links[(open + 1)..close], Interfaces(links[(close + 1)..end]));
            at = end + 1;
        }
    }

    /// <summary>The comma that ends a link, which does not stand in quotes.</summary>
    private static int EndOf(string links, int from)
    {
        var quoted = false;
        for (var i = from; i < links.Length; i++)
        {
            if (links[i] == '\\' && quoted) i++;
            else if (links[i] == '"') quoted = !quoted;
            else if (links[i] == ',' && !quoted) return i;
        }

        return links.Length;
    }

    private static string[] Interfaces(string attributes)
    {
        const string Attribute = ";if=";
        var at = attributes.IndexOf(Attribute, StringComparison.Ordinal);
        if (at < 0) return [];
        var value = attributes[(at + Attribute.Length)..];
        if (value is ['"', .. var quoted]) return quoted[..Math.Max(0, quoted.IndexOf('"', StringComparison.Ordinal))].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var end = value.IndexOf(';', StringComparison.Ordinal);
        return [end < 0 ? value : value[..end]];
    }
}
