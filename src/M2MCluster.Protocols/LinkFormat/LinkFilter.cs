namespace M2MCluster.Protocols.LinkFormat;

/// <summary>
/// A query filter of a list of links (RFC 6690 section 4.1): <c>name=value</c>, with a <c>*</c> at the end of the value for all that begin
/// so. <c>href</c> is the link's target. Of <c>rt</c>, <c>if</c>, <c>rel</c> and <c>ct</c>, whose values are lists, one has to match.
/// </summary>
public static class LinkFilter
{
    /// <param name="query">One Uri-Query. Without <c>=</c> it asks whether the attribute is there.</param>
    public static bool Matches(Link link, string query)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(query);
        var equals = query.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? query : query[..equals];
        var values = ValuesOf(link, name);
        if (equals < 0) return values.Count > 0;
        var wanted = query[(equals + 1)..];
        return values.Exists(value => wanted.EndsWith('*') ? value.StartsWith(wanted[..^1], StringComparison.Ordinal) : value == wanted);
    }

    private static List<string> ValuesOf(Link link, string name)
    {
        if (name == "href") return [link.Target];
        var values = link.Attributes.Where(attribute => attribute.Name == name).Select(attribute => attribute.Value ?? "");
        return [.. name is "rt" or "if" or "rel" or "ct" ? values.SelectMany(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : values];
    }
}
