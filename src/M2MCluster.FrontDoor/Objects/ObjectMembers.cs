using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts.Objects;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Objects;

/// <summary>Field masks that name members of an object's fields (AIP-161): a characteristic, a bound of the mailbox, the policy for plain channels.</summary>
internal static class ObjectMembers
{
    public const string Mailbox = "mailbox";

    private const string Characteristics = "characteristics";
    private const string SecurityPolicy = "security_policy";

    /// <summary>With the members that can be changed without knowing the rest. A characteristic that the mask names and the object does not have is taken away.</summary>
    public static ObjectPatch Patch(ObjectPatch patch, V1.Object from, IReadOnlyList<(string Field, string Member)> members, Problems problems)
    {
        if (members.Count == 0) return patch;
        var changed = new Struct();
        var removed = new List<string>();
        foreach (var (field, member) in members)
        {
            if (field == SecurityPolicy && member == "plain") patch = patch with { Plain = ObjectRequests.PlainOf(from, "securityPolicy.plain", problems) };
            else if (field == Characteristics && from.Characteristics?.Fields.TryGetValue(member, out var value) == true) changed.Fields[member] = value;
            else if (field == Characteristics && (member.Length == 0 || member == "*")) problems.Add("updateMask", $"'{field}.{member}' names no characteristic");
            else if (field == Characteristics) removed.Add(member);
            else if (field != Mailbox || !IsOfMailbox(member)) problems.Add("updateMask", $"'{field}.{member}' cannot be changed");
        }

        if (changed.Fields.Count == 0 && removed.Count == 0) return patch;
        var changes = ObjectRequests.Characteristics(changed, Characteristics, problems).ToBuilder();
        foreach (var name in removed) changes[name] = "";
        return patch with { PreconfiguredChanges = changes.ToImmutable() };
    }

    /// <summary>Whether the mask takes away what has a dot in its name, which is a mistake unless there is a characteristic of that name: members of a characteristic are not changed one by one.</summary>
    public static bool TakesDotted(ObjectPatch patch) => patch.PreconfiguredChanges?.Any(IsDotted) == true;

    public static void CheckDotted(ObjectPatch patch, ObjectDescription now, Problems problems)
    {
        foreach (var (name, _) in patch.PreconfiguredChanges!.Where(IsDotted))
            problems.Require(now.Preconfigured.ContainsKey(name) || now.Effective(name) is not null, "updateMask", $"there is no characteristic '{name}'; a characteristic is changed as a whole");
    }

    private static bool IsDotted(KeyValuePair<string, string> change) => change.Value.Length == 0 && change.Key.Contains('.', StringComparison.Ordinal);

    /// <summary>With the bounds of the mailbox that the mask names, and the others as they are.</summary>
    public static ObjectPatch Mail(ObjectPatch patch, MailboxPolicy now, V1.Object from, IReadOnlyList<(string Field, string Member)> members, Problems problems)
    {
        var asked = ObjectRequests.MailboxOf(from.Mailbox ?? new(), Mailbox, problems);
        foreach (var (_, member) in members.Where(member => member.Field == Mailbox))
        {
            now = member switch
            {
                "maxMessages" or "max_messages" => now with { MaxMessages = asked.MaxMessages },
                "maxBytes" or "max_bytes" => now with { MaxBytes = asked.MaxBytes },
                _ => now with { WhenFull = asked.WhenFull },
            };
        }

        return patch with { Mailbox = now };
    }

    private static bool IsOfMailbox(string member) =>
        V1.Mailbox.Descriptor.Fields.InDeclarationOrder().Any(field => field.Name == member || field.JsonName == member);
}
