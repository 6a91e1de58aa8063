using System.Collections.Immutable;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups;

/// <summary>What a group may be.</summary>
internal static class GroupRulebook
{
    private const int MaxCharacteristics = 100;

    /// <exception cref="M2MException">The patch breaks a rule.</exception>
    public static GroupView Apply(GroupView former, GroupPatch patch)
    {
        if (patch.Filter is { Length: > 0 } && !ObjectFilter.TryParse(patch.Filter, out _, out var error)) throw M2MException.Invalid("filter", error);
        if (patch.Characteristics is { } characteristics)
        {
            if (characteristics.Count > MaxCharacteristics) throw M2MException.Invalid("characteristics", $"are at most {MaxCharacteristics}");
            foreach (var (name, value) in characteristics)
            {
                if (!IsJson(value)) throw M2MException.Invalid($"characteristics.{name}", "is not a JSON text");
            }
        }

        return former with
        {
            DisplayName = patch.DisplayName ?? former.DisplayName,
            Filter = patch.Filter is null ? former.Filter : patch.Filter.Length == 0 ? null : patch.Filter,
            Characteristics = patch.Characteristics is null ? former.Characteristics : patch.Characteristics.Count == 0 ? null : patch.Characteristics,
            Precedence = patch.Precedence ?? former.Precedence,
        };
    }

    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/>, or <see cref="ErrorCode.FailedPrecondition"/>: the group would be in itself.</exception>
    public static async ValueTask CheckAsync(GroupServices services, GroupRules rules, string group, ImmutableArray<string> added)
    {
        foreach (var child in added)
        {
            if (await services.States.ReadAsync("group", child) is null) throw new M2MException(ErrorCode.NotFound, $"{Names.Groups}{child} does not exist", "members");
            if (rules.IsIn(group, child)) throw new M2MException(ErrorCode.FailedPrecondition, $"{Names.Groups}{group} is in {Names.Groups}{child}, or is it: a group is not in itself", "members");
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
