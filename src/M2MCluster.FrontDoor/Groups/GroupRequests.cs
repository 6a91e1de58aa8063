using System.Collections.Immutable;
using Google.Protobuf.Collections;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.FrontDoor.Objects;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Groups;

/// <summary>A group as callers write it.</summary>
internal static class GroupRequests
{
    public static readonly string[] Changeable = ["display_name", "filter", "characteristics", "precedence"];

    private const int MaxDisplayName = 256;
    private const int MaxPrecedence = 1_000_000;

    public static GroupPatch Patch(V1.Group from, IReadOnlySet<string> fields, Problems problems)
    {
        ObjectFilters.Parse(from.Filter, problems);
        problems.Require(Math.Abs((long)from.Precedence) <= MaxPrecedence, "precedence", $"is -{MaxPrecedence} to {MaxPrecedence}");
        return new(
            fields.Contains("display_name") ? problems.Text(from.DisplayName, MaxDisplayName, "displayName") : null,
            fields.Contains("filter") ? from.Filter : null,
            fields.Contains("characteristics") ? ObjectRequests.Characteristics(from.Characteristics, "characteristics", problems) : null,
            fields.Contains("precedence") ? from.Precedence : null);
    }

    public static (string Group, ImmutableArray<string> Objects, ImmutableArray<string> Groups) Change(string name, RepeatedField<string> members)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Groups, "name");
        problems.Require(members.Count > 0, "members", "are needed");
        var (objects, groups) = Members(members, problems);
        problems.ThrowIfAny();
        return (id, objects, groups);
    }

    public static (ImmutableArray<string> Objects, ImmutableArray<string> Groups) Members(RepeatedField<string> members, Problems problems)
    {
        problems.Require(members.Count <= IGroupGrain.MaxChange, "members", $"are at most {IGroupGrain.MaxChange} in one call");
        var (objects, groups) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < members.Count; i++)
        {
            if (Names.IdIn(members[i], Names.Groups) is { } group) groups.Add(group);
            else objects.Add(problems.Id(members[i], Names.Objects, $"members[{i}]"));
        }

        return ([.. objects], [.. groups]);
    }
}
