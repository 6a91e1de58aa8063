using M2MCluster.Contracts.Objects;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Objects;

internal static class ObjectFilters
{
    public static ObjectFilter Parse(string text, Problems problems, string field = "filter")
    {
        if (!ObjectFilter.TryParse(text, out var filter, out var error))
        {
            problems.Add(field, error);
            return ObjectFilter.All;
        }

        problems.KnownValues(filter.ValuesOf("kind"), ["DEVICE", "GATEWAY"], "kind", field);
        foreach (var plain in new[] { "plain", "securityPolicy.plain", "security_policy.plain" }) problems.KnownValues(filter.ValuesOf(plain), ["NONE", "REPORTS", "FULL"], plain, field);
        return filter;
    }
}
