using System.Text.RegularExpressions;

namespace M2MCluster.System.Tests.Observability;

/// <summary>The project's own metrics, as its code names them and as Prometheus sees them.</summary>
internal static partial class MetricNames
{
    /// <summary>Of all instruments in <c>src</c>.</summary>
    public static IReadOnlySet<string> InCode() => Directory.GetFiles(Path.Combine(Node.Repository, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(file => Instrument().Matches(File.ReadAllText(file)))
        .Select(match => PrometheusName(match.Groups["kind"].Value, match.Groups["name"].Value, match.Groups["unit"].Value))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Of a query, without what a histogram adds.</summary>
    public static IEnumerable<string> In(string query) => Name().Matches(query).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal);

    private static string PrometheusName(string kind, string name, string unit)
    {
        var suffix = (unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }) + (kind is "CounterSet" or "CreateCounter" or "CreateObservableCounter" ? "_total" : "");
        return name.Replace('.', '_') + suffix;
    }

    [GeneratedRegex("(?<kind>Create\\w+|CounterSet|Level)(<\\w+>)?\\(\\s*(_?meter,\\s*)?\"(?<name>m2m\\.[a-z_.]+)\"[^;]*?\"(?<unit>s|By|\\{[a-z]+\\})\"")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"\b(?<name>m2m_[a-z_]+?)(_bucket|_sum|_count)?\b(?![a-z_])")]
    private static partial Regex Name();
}
