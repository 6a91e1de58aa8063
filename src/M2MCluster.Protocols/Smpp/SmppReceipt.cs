using System.Globalization;
using System.Text;

namespace M2MCluster.Protocols.Smpp;

/// <summary>
/// What an SMSC says became of a message (SMPP 3.4, appendix B: <c>id:… sub:… dlvrd:… submit date:… done date:… stat:DELIVRD err:000 text:…</c>). The optional
/// parameters count first, since the text is each vendor's own.
/// </summary>
/// <param name="MessageId">The SMSC's id of the message, as it was written.</param>
/// <param name="State"><see cref="SmppMessageState.None"/>: none that is known.</param>
/// <param name="Error">The network's or the SMSC's own code, if there is one.</param>
public sealed record SmppReceipt(string MessageId, SmppMessageState State, string? Error)
{
    private const int LongestId = 64;

    /// <summary>Null if the message tells no id, and so is a receipt of nothing.</summary>
    public static SmppReceipt? Read(SmppShortMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var text = Encoding.Latin1.GetString(message.Content.Span);
        var id = message.Find(SmppTag.ReceiptedMessageId) is { } told ? Encoding.Latin1.GetString(told.Span).TrimEnd('\0') : "";
        if (id.Length == 0) id = FieldOf(text, "id:") ?? "";
        if (id.Length is 0 or > LongestId) return null;
        var state = message.FindNumber(SmppTag.MessageState) is { } number and > 0 and <= (uint)SmppMessageState.Rejected
            ? (SmppMessageState)number
            : StateOf(FieldOf(text, "stat:"));
        return new(id, state, FieldOf(text, "err:"));
    }

    /// <summary>
    /// The ids that this one may stand for: submit_sm_resp and receipt of one SMSC may write the same number as hexadecimal and as decimal. Lower case, without
    /// leading zeros.
    /// </summary>
    public static IReadOnlyList<string> Readings(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var plain = Normalize(id);
        var readings = new List<string>(3) { plain };
        if (ulong.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var asDecimal)) readings.Add(asDecimal.ToString("x", CultureInfo.InvariantCulture));
        if (ulong.TryParse(plain, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var asHexadecimal))
            readings.Add(asHexadecimal.ToString(CultureInfo.InvariantCulture));
        return readings;
    }

    /// <summary>Lower case, without leading zeros.</summary>
    public static string Normalize(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var plain = id.TrimStart('0').ToLowerInvariant();
        return plain.Length == 0 && id.Length > 0 ? "0" : plain;
    }

    private static SmppMessageState StateOf(string? word) => word?.ToUpperInvariant() switch
    {
        "ENROUTE" => SmppMessageState.EnRoute,
        "DELIVRD" => SmppMessageState.Delivered,
        "EXPIRED" => SmppMessageState.Expired,
        "DELETED" => SmppMessageState.Deleted,
        "UNDELIV" => SmppMessageState.Undeliverable,
        "ACCEPTD" => SmppMessageState.Accepted,
        "UNKNOWN" => SmppMessageState.Unknown,
        "REJECTD" => SmppMessageState.Rejected,
        _ => SmppMessageState.None,
    };

    /// <summary>The word after the label, which stands at the beginning or after a blank; none of the message's own words, which come last.</summary>
    private static string? FieldOf(string text, string label)
    {
        var end = text.IndexOf(" text:", StringComparison.OrdinalIgnoreCase);
        var head = end < 0 ? text.AsSpan() : text.AsSpan(0, end);
        for (var from = 0; from <= head.Length - label.Length;)
        {
            var at = head[from..].IndexOf(label, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return null;
            at += from;
            if (at == 0 || char.IsWhiteSpace(head[at - 1]))
            {
                var value = head[(at + label.Length)..];
                var stop = value.IndexOfAny(' ', '\r', '\n');
                if (stop >= 0) value = value[..stop];
                return value.IsEmpty ? null : value.ToString();
            }

            from = at + label.Length;
        }

        return null;
    }
}
