using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Observability;

/// <summary>Dashboards, rules, code and documents agree with each other.</summary>
public sealed class RuleTests
{
    [Fact]
    public void Queries_NameOnlyMetricsThatExist()
    {
        var queries = Dashboards.Queries().Select(panel => panel.Query).Concat(Rules.Expressions);
        Assert.Empty(queries.SelectMany(MetricNames.In).Except(MetricNames.InCode()));
    }

    [Fact]
    public void Metrics_AreAllUsedByAPanelOrAnAlert()
    {
        var used = Dashboards.Queries().Select(panel => panel.Query).Concat(Rules.Expressions).SelectMany(MetricNames.In).ToHashSet();
        var inCode = MetricNames.InCode();
        Assert.True(inCode.Count > 20, "the instruments were not found");
        Assert.Empty(inCode.Except(used));
    }

    [Fact]
    public void Queries_NameOnlyRecordingsThatExist()
    {
        var used = Dashboards.Queries().Select(panel => panel.Query).Concat(Rules.Expressions)
            .SelectMany(query => global::System.Text.RegularExpressions.Regex.Matches(query, "m2m:[a-z_]+:[a-z0-9]+").Select(match => match.Value)).ToHashSet();
        Assert.Equal(Rules.Recorded.Order(), used.Order());
    }

    [Fact]
    public void Alerts_HaveASeverityAndAPageThatSaysWhatToDo()
    {
        var headings = File.ReadLines(Path.Combine(Node.Repository, "docs", "alerts.md"))
            .Where(line => line.StartsWith("### ", StringComparison.Ordinal)).Select(line => line[4..]).ToList();
        Assert.Equal(Rules.Alerts.Select(alert => alert.Name).Order(), headings.Order());
        Assert.All(Rules.Alerts, alert =>
        {
            Assert.Contains(alert.Severity, new[] { "critical", "warning" });
            Assert.Equal($"docs/alerts.md#{alert.Name.ToLowerInvariant()}", alert.Runbook);
        });
    }

    [Fact]
    public void OtherConfiguration_IsYaml()
    {
        var collector = Rules.Read(Path.Combine(Node.Repository, "observability", "collector", "config.yaml"));
        Assert.Contains("pipelines", collector["service"].ToString(), StringComparison.Ordinal);
        Rules.Read(Path.Combine(Node.Repository, "observability", "grafana", "provisioning", "datasources", "prometheus.yaml"));
        Rules.Read(Path.Combine(Node.Repository, "observability", "grafana", "provisioning", "dashboards", "m2m.yaml"));
    }

    [SkippableFact]
    public async Task Promtool_AcceptsConfigurationAndRules()
    {
        var (code, output, errors) = await Tool.RunAsync(Programs.Promtool, "check", "config", Path.Combine(Rules.Folder, "prometheus.yml"));
        Assert.True(code == 0, output + errors);
    }

    [SkippableFact]
    public async Task Promtool_EachAlertFiresOnItsFaultAndOnlyThen()
    {
        var files = Directory.GetFiles(Path.Combine(Rules.Folder, "tests"), "*.yml");
        var (code, output, errors) = await Tool.RunAsync(TimeSpan.FromMinutes(3), Programs.Promtool, ["test", "rules", .. files]);
        Assert.True(code == 0, output + errors);
        var tested = string.Concat(files.Select(File.ReadAllText));
        Assert.All(Rules.Alerts, alert => Assert.Matches($@"alertname: {alert.Name}\s+exp_alerts:\s+- ", tested));
    }
}
