using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>Field masks as in AIP-134 and AIP-161: without one, the fields that are set; <c>*</c> means all that can be changed.</summary>
internal static class Masks
{
    /// <param name="changeable">The top-level fields that may be changed, by their proto names.</param>
    /// <param name="members">Takes paths below those fields, the field by its proto name; without it there may be none.</param>
    public static IReadOnlySet<string> Of(
        FieldMask? mask, IMessage message, IReadOnlyCollection<string> changeable, Problems problems, ICollection<(string Field, string Member)>? members = null)
    {
        if (mask is null || mask.Paths.Count == 0) return changeable.Where(name => IsSet(message, name)).ToFrozenSet();
        if (mask.Paths is ["*"]) return changeable.ToFrozenSet();
        // JSON callers write lowerCamelCase, gRPC callers the proto names; transcoding hands on what was written.
        var names = changeable.ToDictionary(name => message.Descriptor.FindFieldByName(name).JsonName);
        var chosen = new HashSet<string>();
        foreach (var path in mask.Paths)
        {
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            var top = dot < 0 ? path : path[..dot];
            var field = changeable.Contains(top) ? top : names.GetValueOrDefault(top);
            if (field is not null && dot < 0) chosen.Add(field);
            else if (field is not null && members is not null) members.Add((field, path[(dot + 1)..].Trim('`')));
            else problems.Add("updateMask", $"'{path}' cannot be changed; these can: {string.Join(", ", names.Keys)}");
        }

        return chosen;
    }

    private static bool IsSet(IMessage message, string name)
    {
        var field = message.Descriptor.FindFieldByName(name);
        if (field.HasPresence) return field.Accessor.HasValue(message);
        return field.Accessor.GetValue(message) switch
        {
            string text => text.Length > 0,
            System.Collections.ICollection list => list.Count > 0,
            var value => Convert.ToInt64(value) != 0,
        };
    }
}
