using M2MCluster.Contracts.Qos;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Qos;

/// <summary>Adds the adapters of networks that can be asked for a quality of service.</summary>
public static class QosEdgeServices
{
    /// <param name="configuration">The whole configuration; the section is <see cref="QosNetworkOptions.Section"/>.</param>
    public static IServiceCollection AddQosNetworks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<QosNetworkOptions>().Bind(configuration.GetSection(QosNetworkOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<QosNetworkOptions>, QosNetworkOptionsValidator>();
        services.AddSingleton<IQosNetwork, QosNetwork>();
        services.AddSingleton<QosSink>();
        return services;
    }

    /// <summary>Maps where networks tell of changes.</summary>
    public static void MapM2MQosSink(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.ServiceProvider.GetRequiredService<QosSink>().Map(endpoints);
    }
}
