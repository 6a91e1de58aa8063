using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace M2MCluster.Protocols.LinkFormat;

/// <summary>
/// Reads <c>application/link-format</c> (RFC 6690 section 2), UTF-8. Blanks around separators are taken, since devices write them; all
/// else is as the grammar has it.
/// </summary>
public ref struct LinkFormatReader
{
    /// <summary>Attributes of one link.</summary>
    public const int MaxAttributes = 32;

    private static readonly SearchValues<byte> Separators = SearchValues.Create(";,= \t\r\n\"<>"u8);

    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    private LinkFormatReader(ReadOnlySpan<byte> text) => _text = text;

    /// <summary>The links in order; an empty text has none.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="maxLinks">More links than this are invalid.</param>
    public static Decoded<IReadOnlyList<Link>> Read(ReadOnlySpan<byte> text, int maxLinks = 256)
    {
        if (!Utf8.IsValid(text)) return Decoded<IReadOnlyList<Link>>.Invalid("not UTF-8");
        var links = new List<Link>();
        var reason = new LinkFormatReader(text).ReadLinks(links, maxLinks);
        return reason is null ? links : Decoded<IReadOnlyList<Link>>.Invalid(reason);
    }

    private string? ReadLinks(List<Link> links, int maxLinks)
    {
        SkipBlanks();
        if (_at == _text.Length) return null;
        while (true)
        {
            if (links.Count == maxLinks) return "too many links";
            if (!TryTake('<')) return "no '<' at the start of a link";
            var end = _text[_at..].IndexOf((byte)'>');
            if (end < 0) return "no '>' at the end of a target";
            var target = Encoding.UTF8.GetString(_text.Slice(_at, end));
            _at += end + 1;
            var attributes = new List<LinkAttribute>();
            if (ReadAttributes(attributes) is { } reason) return reason;
            links.Add(new Link(target, attributes));
            if (_at == _text.Length) return null;
            if (!TryTake(',')) return "no ',' between links";
            SkipBlanks();
        }
    }

    private string? ReadAttributes(List<LinkAttribute> attributes)
    {
        SkipBlanks();
        while (TryTake(';'))
        {
            if (attributes.Count == MaxAttributes) return "too many attributes";
            SkipBlanks();
            var name = TakeToken();
            if (name.IsEmpty) return "an attribute without a name";
            string? value = null;
            if (TryTake('=') && !TryReadValue(out value)) return "an attribute without its value";
            attributes.Add(new LinkAttribute(Encoding.UTF8.GetString(name), value));
            SkipBlanks();
        }

        return null;
    }

    private bool TryReadValue(out string? value)
    {
        if (!TryTake('"'))
        {
            var token = TakeToken();
            value = Encoding.UTF8.GetString(token);
            return !token.IsEmpty;
        }

        var start = _at;
        var escaped = false;
        for (; _at < _text.Length && _text[_at] != (byte)'"'; _at++)
        {
            if (_text[_at] != (byte)'\\') continue;
            escaped = true;
            _at++;
        }

        value = null;
        if (_at >= _text.Length) return false;
        value = Encoding.UTF8.GetString(_text[start.._at++]);
        if (escaped) value = Unescape(value);
        return true;
    }

    private ReadOnlySpan<byte> TakeToken()
    {
        var rest = _text[_at..];
        var end = rest.IndexOfAny(Separators);
        if (end < 0) end = rest.Length;
        _at += end;
        return rest[..end];
    }

    private bool TryTake(char expected)
    {
        if (_at >= _text.Length || _text[_at] != expected) return false;
        _at++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _at++;
    }

    private static string Unescape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\') i++;
            text.Append(value[i]);
        }

        return text.ToString();
    }
}
