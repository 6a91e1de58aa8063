using System.Collections.Frozen;
using System.Collections.Immutable;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// The few names under which objects tell of their own condition, in SenML records of their reports or as parameters of their registration: what constraints of messages are
/// about (6.5.b). Any other name in a report is a measurement, and no matter of the platform's.
/// </summary>
public static class Conditions
{
    /// <summary>Percent of the battery that is left.</summary>
    public const string Battery = "battery";

    /// <summary>Where its power comes from: <c>mains</c> or <c>battery</c>.</summary>
    public const string Power = "power";

    /// <summary>Received signal, dBm.</summary>
    public const string Signal = "signal";

    /// <summary>Percent of its processor that is in use.</summary>
    public const string Cpu = "cpu";

    /// <summary>Bytes of memory that are free.</summary>
    public const string Memory = "memory";

    public const int MaxText = 64;

    public static FrozenSet<string> Names { get; } = FrozenSet.Create(StringComparer.Ordinal, Battery, Power, Signal, Cpu, Memory);

    /// <summary>The former ones with what was said at that time; the same array if nothing differs.</summary>
    /// <param name="said">JSON texts by name; names that are none of the known are passed over.</param>
    /// <param name="at">Unix milliseconds.</param>
    public static ImmutableArray<Condition> With(this ImmutableArray<Condition> former, IEnumerable<KeyValuePair<string, string>> said, long at)
    {
        ArgumentNullException.ThrowIfNull(said);
        var all = former;
        foreach (var (name, json) in said)
        {
            if (!Names.Contains(name)) continue;
            var index = IndexOf(all, name);
            if (index < 0) all = (all.IsDefault ? [] : all).Add(new(name, json, at));
            else if (all[index].Json != json) all = all.SetItem(index, new(name, json, at));
        }

        return all;
    }

    /// <summary>Null: it was never told.</summary>
    public static string? ValueOf(this ImmutableArray<Condition> conditions, string name) =>
        IndexOf(conditions, name) is >= 0 and var index ? conditions[index].Json : null;

    private static int IndexOf(ImmutableArray<Condition> conditions, string name)
    {
        for (var i = 0; !conditions.IsDefault && i < conditions.Length; i++)
        {
            if (conditions[i].Name == name) return i;
        }

        return -1;
    }
}
