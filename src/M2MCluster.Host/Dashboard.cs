using M2MCluster.FrontDoor;
using Orleans.Dashboard;

namespace M2MCluster.Host;

/// <summary>Orleans' dashboard, under the front door and behind the operator's key.</summary>
internal static class Dashboard
{
    private const string Path = "/dashboard";

    // Without its live log: logs go where all logs go.
    public static void Add(ISiloBuilder silo) => silo.AddDashboard(options => options.HideTrace = true);

    public static void Map(WebApplication app, NodeOptions node)
    {
        if (!node.Dashboard.Enabled) return;
        app.UseM2MOperatorGate(Path);
        app.MapOrleansDashboard(Path);
    }
}
