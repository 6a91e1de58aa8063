using System.Text.Json;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Groups.Casting;

/// <summary>Where members listen together: a group address, and whose it is.</summary>
/// <param name="Address"><c>239.1.2.3:5683</c></param>
/// <param name="Owner"><c>objects/…</c> of a gateway, or <c>groups/…</c>.</param>
internal readonly record struct Link(string Address, string Owner)
{
    /// <summary>Members that one datagram reaches at most; it is one datagram for all of them, or none.</summary>
    public const int MostMembers = Campaigns.TargetList.ChunkSize;

    // One datagram takes no more: blocks are for one receiver (RFC 7959 section 2.8).
    private const int MostPayload = 1024;
    private const string Scheme = "coap://";

    // Whoever did not answer is asked again, and may have done it already.
    private static readonly string[] Repeatable = ["GET", "FETCH", "PUT", "IPATCH", "DELETE"];

    /// <summary>Whether the message may go to many at once. What is held back for some of them, or may not be done twice, goes to each alone.</summary>
    public static bool Carries(MessageRecord message) =>
        message is { Command: { } command, Transaction: null } && message.Payload.Length <= MostPayload && Repeatable.Contains(command.Method.ToUpperInvariant())
        && message.Terms is null or { NotBefore: null, Tolerance: null or { Ticks: 0 }, Constraint: null, Paths: null };

    /// <summary>
    /// Whether the object may hear of it so, and nothing speaks against its doing it: all who listen hear it, and in clear text. An object that is away, or takes no requests, may.
    /// </summary>
    public static bool MayHear(ObjectDescription member, MessageRecord message, DateTimeOffset now) =>
        member.Plain == PlainAccess.Full && Takes(member, message, now);

    /// <summary>Whether nothing speaks against the object's doing it: it hears, may have it if it is firmware, and no other application holds the commands that it declares.</summary>
    public static bool Takes(ObjectDescription member, MessageRecord message, DateTimeOffset now) =>
        SendOnly.Of(member) is null && !(member.Hold is { } hold && hold.Bars(message, now))
        && Firmware.RefusalOf(member, message.Command, message.ContentType) is null
        && (message.Command is not { } command || Capabilities.Judge(member, command, message.ContentType, message.Payload).Refusal is null);

    /// <summary>From where the object answers; null: it takes no requests now.</summary>
    public static string? SessionOf(ObjectDescription member, DateTimeOffset now) =>
        member.Registration is { Bearer: Contracts.Sessions.Bearer.Coap, Links.Length: > 0, Address.Length: > 0 } registration && registration.ExpiresAt > now ? registration.Address : null;

    /// <param name="json">The characteristic <see cref="Characteristics.GroupAddress"/>.</param>
    public static Link? Of(string? json, string owner)
    {
        if (json is null) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.String } text && GroupAddress.TryParse(text.GetString(), out var address) ? new(address.ToString(), owner) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Its line before the members' in the list of targets, which no id is like.</summary>
    public string ToLine() => $"{Scheme}{Address} {Owner}";

    public static bool TryParse(string line, out Link link)
    {
        link = default;
        if (!line.StartsWith(Scheme, StringComparison.Ordinal) || line.IndexOf(' ', StringComparison.Ordinal) is not (> 0 and var space)) return false;
        link = new(line[Scheme.Length..space], line[(space + 1)..]);
        return true;
    }
}
