using System.Text.Json.Nodes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>What <c>observability/</c> holds for Grafana.</summary>
internal static class Dashboards
{
    public static string Folder => Path.Combine(Node.Repository, "observability", "grafana", "dashboards");

    /// <summary>Every query of every panel.</summary>
    public static IReadOnlyList<(string Panel, string Query)> Queries() =>
    [
        .. from file in Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal)
           let dashboard = JsonNode.Parse(File.ReadAllText(file))!
           from panel in dashboard["panels"]!.AsArray()
           from target in panel!["targets"]!.AsArray()
           select ($"{Path.GetFileNameWithoutExtension(file)}: {panel["title"]}", (string)target!["expr"]!),
    ];
}
