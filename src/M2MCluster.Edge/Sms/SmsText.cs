using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge.Sms;

/// <summary>What a text says: <c>ok ID …</c> and <c>error ID …</c> are results, <c>name=value;…</c> is a report in SenML, and all else is a text.</summary>
internal static class SmsText
{
    private const int MaxValues = 64;

    /// <summary>Null: the text is no result of a message.</summary>
    public static (MessageId Message, MessageResult Result)? ReadResult(string text)
    {
        var words = text.Trim();
        var gap = words.IndexOf(' ', StringComparison.Ordinal);
        if (gap < 0) return null;
        bool? ok = words[..gap].ToUpperInvariant() switch { "OK" => true, "ERROR" => false, _ => null };
        var rest = words[(gap + 1)..].TrimStart().TrimStart('#');
        var end = rest.IndexOf(' ', StringComparison.Ordinal);
        if (ok is null || !MessageId.TryParse((end < 0 ? rest : rest[..end]).ToLowerInvariant(), out var id)) return null;
        var answer = end < 0 ? "" : rest[(end + 1)..].Trim();
        return (id, answer.Length == 0 ? new(ok.Value) : new(ok.Value, "text/plain", System.Text.Encoding.UTF8.GetBytes(answer)));
    }

    /// <summary>The records of <c>name=value;name=value</c>; null if the text has another form.</summary>
    /// <param name="id">What <c>id=…</c> gives as the report's own name, if it is there; it is no value then.</param>
    public static IReadOnlyList<SenmlRecord>? ReadValues(string text, out string? id)
    {
        id = null;
        var records = new List<SenmlRecord>();
        foreach (var item in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == item.Length - 1 || records.Count == MaxValues) return null;
            var (name, value) = (item[..equals].TrimEnd(), item[(equals + 1)..].TrimStart());
            if (!IsName(name)) return null;
            if (name == "id") id = value;
            else records.Add(Record(name, value));
        }

        return records.Count == 0 ? null : records;
    }

    private static SenmlRecord Record(string name, string value) => value switch
    {
        "true" => new() { Name = name, BooleanValue = true },
        "false" => new() { Name = name, BooleanValue = false },
        _ when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => new() { Name = name, Value = number },
        _ => new() { Name = name, StringValue = value },
    };

    // RFC 8428, section 4.5.1.
    private static bool IsName(string name)
    {
        if (!char.IsAsciiLetterOrDigit(name[0])) return false;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or ':' or '.' or '/' or '_')) return false;
        }

        return true;
    }
}
