using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Tests.Cluster;
using M2MCluster.Grains.Tests.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>A silo for lives: MQTT has a budget in each cell but one, and nothing is looked at before all calls have ended.</summary>
public sealed class ModelCluster : GrainCluster
{
    /// <summary>Messages that may leave in a cell in a minute.</summary>
    internal const int OfCell = 2;

    /// <summary>The cell without a budget.</summary>
    internal const string Wide = "wide";

    internal CallsUnderWay Calls { get; } = new();

    private protected override void Add(IServiceCollection services)
    {
        services.AddSingleton<IOutgoingGrainCallFilter>(Calls).AddSingleton<IIncomingGrainCallFilter>(Calls);
        services.Configure<PlanningOptions>(options =>
        {
            options.Bearers[Bearer.Mqtt] = Plans.Budget(null, OfCell);
            options.Bearers[Bearer.Mqtt].Cells[Wide] = new();
        });
    }
}
