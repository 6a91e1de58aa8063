using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge;

/// <summary>
/// What a report tells of the object's own condition: SenML records named <c>battery</c>, <c>power</c>, <c>signal</c>, <c>cpu</c> or <c>memory</c>, whatever their base name.
/// Most packs have none, and cost a look at their names.
/// </summary>
internal static class ReportConditions
{
    /// <param name="records">As they stand in the pack, or resolved; null: it is no SenML.</param>
    /// <returns>JSON texts by name, of several records of one name the latest; null: nothing.</returns>
    public static ImmutableSortedDictionary<string, string>? Of(IReadOnlyList<SenmlRecord>? records)
    {
        if (records is null) return null;
        ImmutableSortedDictionary<string, string>.Builder? found = null;
        Dictionary<string, double>? times = null;
        SenmlRecord @base = new();
        foreach (var record in records)
        {
            @base.BaseName = record.BaseName ?? @base.BaseName;
            @base.BaseTime = record.BaseTime ?? @base.BaseTime;
            @base.BaseUnit = record.BaseUnit ?? @base.BaseUnit;
            @base.BaseValue = record.BaseValue ?? @base.BaseValue;
            var name = record.Name ?? @base.BaseName;
            if (name is null || !Conditions.Names.Contains(name) || JsonOf(name, record, @base) is not { } json) continue;
            var time = (@base.BaseTime ?? 0) + (record.Time ?? 0);
            if ((times ??= []).TryGetValue(name, out var known) && known > time) continue;
            times[name] = time;
            (found ??= ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal))[name] = json;
        }

        return found?.ToImmutable();
    }

    private static string? JsonOf(string name, SenmlRecord record, SenmlRecord @base)
    {
        if (record.Value is { } value)
        {
            // Shares of one (RFC 8428, unit "/") are told in percent.
            var isShare = (record.Unit ?? @base.BaseUnit) == "/" && name is (Conditions.Battery or Conditions.Cpu);
            return Math.Round((value + (@base.BaseValue ?? 0)) * (isShare ? 100 : 1), 6).ToString("R", CultureInfo.InvariantCulture);
        }

        if (record.BooleanValue is { } boolean) return boolean ? "true" : "false";
        return record.StringValue is { Length: <= Conditions.MaxText } text ? JsonSerializer.Serialize(text) : null;
    }
}
