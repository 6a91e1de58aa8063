using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Groups;

/// <summary>A group as callers read it.</summary>
internal static class GroupAnswers
{
    public static V1.Group Group(GroupView from)
    {
        var answer = new V1.Group
        {
            Name = Names.Groups + from.Id,
            DisplayName = from.DisplayName,
            MemberCount = from.Members,
            CreateTime = from.CreatedAt.ToTimestamp(),
            Filter = from.Filter ?? "",
            Precedence = from.Precedence,
        };
        if (from.Groups is { } groups) answer.Groups.AddRange(groups.Select(group => Names.Groups + group));
        if (from.Characteristics is not { } characteristics) return answer;
        answer.Characteristics = new();
        foreach (var (name, json) in characteristics) answer.Characteristics.Fields[name] = JsonValues.Parse(json);
        return answer;
    }
}
