using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Objects;

/// <summary>What of a message decides over which way it goes.</summary>
/// <param name="Bytes">Of payload.</param>
/// <param name="Message">Null: it is only asked how one would go.</param>
/// <param name="Item">What became of it so far; null: nothing yet.</param>
internal readonly record struct Ask(int Bytes, PathPolicy? Policy, MessageRecord? Message, MailboxItem? Item)
{
    public static Ask Of(MessageRecord message) => new(message.Payload.Length, message.Terms?.Paths, message, null);

    public static Ask Of(MailboxItem item) => Of(item.Record) with { Item = item };

    /// <summary>Null: either.</summary>
    public bool? IsCommand => Message is null ? null : Message.Command is not null;

    public PathPreference Preference => Policy?.Preference ?? PathPreference.Balanced;

    /// <summary>Those that are not under way yet.</summary>
    public int Copies => Item is null ? Math.Max(1, Policy?.Copies ?? 1) : Item.Copies - Item.Attempts.Count;
}
