using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// The way to an object by SMS: it bears a number, and this silo has a session with an SMSC. The SMSC stores, so the object need not listen; and it costs, so a
/// message goes this way only if it asks for it, or if the object is an ordinary phone, which has no other.
/// </summary>
internal static class SmsWay
{
    /// <summary>The E.164 number that the object bears, with its plus sign; null if it bears none.</summary>
    public static string? NumberOf(ObjectDescription description)
    {
        foreach (var name in description.Names)
        {
            if (name.StartsWith(SmsBearer.NamePrefix + "+", StringComparison.Ordinal) && IsNumber(name.AsSpan(SmsBearer.NamePrefix.Length + 1))) return name[SmsBearer.NamePrefix.Length..];
        }

        return null;
    }

    /// <summary>It bears a number, and nothing else by which it could be reached: no registration, no credential, no gateway. Nor was it ever heard of over IP.</summary>
    public static bool IsPhone(ObjectDescription description, ObjectState state) =>
        !state.IsNoPhone && !description.Names.IsEmpty && description.Gateway is null && description.Registration is null && HasNoCredential(state) && NumberOf(description) is not null;

    /// <summary>Null: there is no such way.</summary>
    public static Channel? ChannelOf(ObjectCore core) =>
        core.Description is { Names.IsEmpty: false } description && NumberOf(description) is { } number && core.Services.Edges.Find(Bearer.Sms, null) is { } edge
            ? new(edge, number, Bearer.Sms, IsPhone(description, core.State) ? ChannelTraits.Messages : ChannelTraits.Messages | ChannelTraits.OnDemand)
            : null;

    /// <summary>Whether the message may and can go by SMS now.</summary>
    public static bool Carries(ObjectCore core, MessageRecord message) => ChannelOf(core) is { } channel && Paths.Carries(channel, message);

    /// <summary>What a sender should know of a message that can go by SMS only; null: nothing.</summary>
    public static string? WarningOf(ObjectCore core, MessageRecord message)
    {
        var isPhone = IsPhone(core.Description!, core.State);
        if (!isPhone && message.Terms?.Paths is not { Bearers: [Bearer.Sms] }) return null;
        if (NumberOf(core.Description!) is null) return "the object bears no number (a name tel:+…), and so cannot be reached by SMS";
        if (SmsBearer.MismatchOf(message, isPhone) is { } mismatch) return mismatch;
        if (ChannelOf(core) is null) return "there is no session with an SMSC";
        return SmsBearer.IsText(message.ContentType) && SmsBearer.CharactersOf(message.Payload) > SmsBearer.SureCharacters
            ? "the text may be too long for SMS, depending on its characters"
            : null;
    }

    public static bool HasNoCredential(ObjectState state)
    {
        foreach (var credential in state.Credentials)
        {
            if (credential.RevokedAt == 0) return false;
        }

        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) => digits.Length is > 1 and <= 15 && !digits.ContainsAnyExceptInRange('0', '9');
}
