using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Tests.Cluster;
using Microsoft.Extensions.DependencyInjection;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>A silo that plans MQTT and CoAP: three messages a minute for each cell, a hundred bytes of MQTT for one, and nights that are cheaper.</summary>
public sealed class PlannedCluster : GrainCluster
{
    internal const int OfCell = 3;
    internal const int NarrowBytes = 100;

    private protected override void Add(IServiceCollection services) => services.Configure<PlanningOptions>(options =>
    {
        options.Bearers[Bearer.Mqtt] = Plans.Budget(null, OfCell);
        options.Bearers[Bearer.Mqtt].Cells["narrow"] = new() { BytesPerSecond = NarrowBytes / 60.0 };
        options.Bearers[Bearer.Coap] = Plans.Budget(null, OfCell);
        options.Calendar.Add(Plans.At(22, 6, 0.5));
        options.Reserve = 0;
    });
}
