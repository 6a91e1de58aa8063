using M2MCluster.Contracts;
using M2MCluster.Contracts.Filtering;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Applications;

/// <summary>A subscription's filter, over <c>type</c>, <c>object</c> and <c>group</c>, with its object, group and kind joined to it.</summary>
internal static class SubscriptionFilter
{
    private static readonly string[] Fields = ["type", "object", "group"];

    public static string Compose(V1.Subscription from, Problems problems)
    {
        if (!Filter.TryParse(from.Filter, Fields, out var own, out var error))
        {
            problems.Add("filter", error);
            return "";
        }

        var terms = new List<string>();
        if (from.Kind.Length > 0) terms.Add($"type = \"{Kind(from.Kind, problems)}\"");
        if (from.Object.Length > 0) terms.Add($"object = \"{problems.Id(from.Object, Names.Objects, "object")}\"");
        if (from.Group.Length > 0) terms.Add($"group = \"{problems.Id(from.Group, Names.Groups, "group")}\"");
        if (terms.Count == 0) return from.Filter;
        if (!own.IsAll) terms.Add($"({from.Filter})");
        var composed = string.Join(" AND ", terms);
        problems.Require(composed.Length <= Filter.MaxLength, "filter", $"has, with object, group and kind, at most {Filter.MaxLength} characters");
        return composed;
    }

    private static string Kind(string kind, Problems problems)
    {
        const string Prefix = "m2m.";
        problems.Require(kind.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '*'), "kind", "is a type of event, such as m2m.report");
        return kind.StartsWith(Prefix, StringComparison.Ordinal) ? kind : Prefix + kind;
    }
}
