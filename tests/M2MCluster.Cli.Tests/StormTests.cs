using System.Reflection;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Cli.Tests;

/// <summary>More devices at once than the node takes in.</summary>
public sealed class StormTests
{
    [Fact, Requirement("4.21")]
    public async Task Storm_MoreDevicesThanAreTakenInAtOnce_AllAreServedAndNobodyElseIsKeptWaiting()
    {
        await using var node = new NodeFixture(new()
        {
            ["M2M__Edge__Admission__MaxInFlight"] = "16",
            ["M2M__Edge__Admission__RetryAfter"] = "00:00:01",
        });
        await node.InitializeAsync();

        // 2 where one device was not served, or a steady one not answered.
        Assert.Equal(0, await node.RunFleetAsync("storm", "--devices", "600", "--steady", "5"));
        Assert.NotEqual(0, await TurnedAwayAsync(node));
    }

    private static async Task<double> TurnedAwayAsync(NodeFixture node)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{node.Host.ManagementPort}/metrics"));
        return metrics.Split('\n').Where(line => line.StartsWith("m2m_edge_turned_away_total{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
