using M2MCluster.Contracts.Objects;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Objects;

internal static class ObjectFilters
{
    public static ObjectFilter Parse(string text, Problems problems, string field = "filter")
    {
        if (ObjectFilter.TryParse(text, out var filter, out var error)) return filter;
        problems.Add(field, error);
        return ObjectFilter.All;
    }
}
