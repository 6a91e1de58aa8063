using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Edge.Qos;
using M2MCluster.Edge.Sms;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace M2MCluster.Edge;

public static class EdgeServices
{
    /// <summary>Adds every edge of this node; needs an <see cref="IGrainFactory"/>. To be called after the silo is added, so that the edges stop before it.</summary>
    /// <remarks>An <see cref="ISilos"/> tells of other silos; without one there are none.</remarks>
    /// <param name="configuration">The whole configuration; the edges read <c>M2M:Edge</c>.</param>
    public static IServiceCollection AddM2MEdges(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<ISilos, SingleNode>();
        services.AddSingleton<IEdgeDirectory, EdgeDirectory>();
        services.AddCoapEdge(configuration);
        services.AddMqttEdge(configuration);
        services.AddSmsEdge(configuration);
        services.AddQosNetworks(configuration);
        return services;
    }
}
