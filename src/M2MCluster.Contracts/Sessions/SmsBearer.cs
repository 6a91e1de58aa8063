using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Sessions;

/// <summary>What can go by SMS, whatever the session's own bounds.</summary>
public static class SmsBearer
{
    /// <summary>An object with a name of this and an E.164 number, <c>tel:+…</c>, has a way by SMS.</summary>
    public const string NamePrefix = "tel:";

    /// <summary>UTF-16 units of a text that fits into ten short messages if its alphabet is the default one.</summary>
    public const int MostCharacters = 1530;

    /// <summary>UTF-16 units of a text that fits into ten short messages whatever its alphabet.</summary>
    public const int SureCharacters = 670;

    /// <summary>Bytes that fit into ten short messages.</summary>
    public const int MostBytes = 1340;

    /// <summary>What is shown to a person as it is: text, JSON and XML.</summary>
    public static bool IsText(string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        var type = contentType.AsSpan(0, contentType.IndexOf(';', StringComparison.Ordinal) is >= 0 and var end ? end : contentType.Length).Trim();
        return type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/xml", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Why the message cannot go by SMS; null if it can, as far as that is known here.</summary>
    /// <param name="toPhone">A person reads it.</param>
    public static string? MismatchOf(MessageRecord message, bool toPhone)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Command is not null) return "a command cannot go by SMS";
        if (message.Transaction is not null) return "what is only to be prepared looks like an order in a text, so a transaction cannot go by SMS";
        if (!IsText(message.ContentType)) return toPhone ? "a phone shows text only" : message.Payload.Length > MostBytes ? "the payload is too large for SMS" : null;
        return CharactersOf(message.Payload) > MostCharacters ? "the text is too long for SMS" : null;
    }

    /// <summary>What names an attempt in the service's own messages, 1 to 65,535: the same for the same attempt.</summary>
    public static int ReferenceOf(long attempt)
    {
        var folded = (ushort)(attempt ^ (attempt >> 16) ^ (attempt >> 32) ^ (attempt >> 48));
        return folded == 0 ? 1 : folded;
    }

    /// <summary>UTF-16 units of a text in UTF-8.</summary>
    public static int CharactersOf(byte[] payload) => System.Text.Encoding.UTF8.GetCharCount(payload);
}
