using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

/// <summary>Numbers as objects bear them (E.164 with its plus sign) and as SMPP writes them.</summary>
internal static class SmsNumber
{
    private const byte Unknown = 0;
    private const byte International = 1;
    private const byte National = 2;
    private const byte Alphanumeric = 5;
    private const byte E164 = 1;
    private const int LongestNumber = 15;
    private const int LongestName = 11;

    public static SmppAddress Destination(string number) => new(International, E164, number.TrimStart('+'));

    /// <summary>Null: it can be nobody's address.</summary>
    public static SmppAddress? SourceOf(string configured)
    {
        if (configured.Length == 0) return new(Unknown, Unknown, "");
        var isInternational = configured[0] == '+';
        var digits = isInternational ? configured.AsSpan(1) : configured;
        if (digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9'))
            return digits.Length > LongestNumber ? null : isInternational ? new(International, E164, digits.ToString()) : new(Unknown, E164, configured);
        if (configured.Length > LongestName) return null;
        foreach (var c in configured)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not (' ' or '-' or '_' or '.')) return null;
        }

        return new(Alphanumeric, Unknown, configured);
    }

    /// <summary>The number in E.164 with its plus sign; null if it is none, as of a sender that shows a name.</summary>
    /// <param name="countryCode">Of numbers that come without; empty: they are taken to be whole.</param>
    public static string? Read(SmppAddress address, string countryCode)
    {
        var digits = (address.Value ?? "").AsSpan().Trim();
        if (address.Ton == Alphanumeric) return null;
        var isWhole = address.Ton == International || digits.StartsWith("+") || digits.StartsWith("00");
        if (digits.StartsWith("+")) digits = digits[1..];
        else if (digits.StartsWith("00")) digits = digits[2..];
        if (!isWhole && countryCode.Length > 0 && (address.Ton == National || digits.StartsWith("0"))) digits = $"{countryCode}{digits.TrimStart('0')}";
        return digits.Length is 0 or > LongestNumber || digits.ContainsAnyExceptInRange('0', '9') ? null : $"+{digits}";
    }
}
