using YamlDotNet.RepresentationModel;

namespace M2MCluster.System.Tests.Observability;

/// <summary>What <c>observability/</c> holds for Prometheus.</summary>
internal static class Rules
{
    public static string Folder => Path.Combine(Node.Repository, "observability", "prometheus");

    public static IReadOnlyList<string> Files => [.. Directory.GetFiles(Path.Combine(Folder, "rules"), "*.yml").Order(StringComparer.Ordinal)];

    /// <summary>The names of recorded series.</summary>
    public static IReadOnlyList<string> Recorded => [.. All().Where(rule => rule.ContainsKey("record")).Select(rule => rule["record"])];

    /// <summary>Each alert with its expression and its link.</summary>
    public static IReadOnlyList<(string Name, string Expression, string Severity, string Runbook)> Alerts =>
        [.. All().Where(rule => rule.ContainsKey("alert")).Select(rule => (rule["alert"], rule["expr"], rule.GetValueOrDefault("severity", ""), rule.GetValueOrDefault("runbook_url", "")))];

    public static IReadOnlyList<string> Expressions => [.. All().Select(rule => rule["expr"])];

    public static YamlMappingNode Read(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(file);
        yaml.Load(text);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    /// <summary>The rules, each with its labels and annotations as if they stood beside the rest.</summary>
    private static IEnumerable<Dictionary<string, string>> All() =>
        from file in Files
        from groupNode in (YamlSequenceNode)Read(file)["groups"]
        from rule in (YamlSequenceNode)groupNode["rules"]
        select Flat((YamlMappingNode)rule);

    private static Dictionary<string, string> Flat(YamlMappingNode rule)
    {
        var all = new Dictionary<string, string>();
        foreach (var (key, value) in rule.Children)
        {
            if (value is YamlScalarNode scalar) all[key.ToString()] = scalar.Value!;
            else foreach (var (name, text) in Flat((YamlMappingNode)value)) all[name] = text;
        }

        return all;
    }
}
