using M2MCluster.Contracts.Cluster;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Sms;

/// <summary>Adds the SMS edge to a silo's services.</summary>
public static class SmsEdgeServices
{
    /// <summary>
    /// Adds the edge as a hosted service, to start after the silo; needs an <see cref="IGrainFactory"/> and an <see cref="Contracts.Sessions.IEdgeDirectory"/>.
    /// </summary>
    /// <param name="configuration">The whole configuration; the section is <see cref="SmsEdgeOptions.Section"/>.</param>
    public static IServiceCollection AddSmsEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SmsEdgeOptions>().Bind(configuration.GetSection(SmsEdgeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SmsEdgeOptions>, SmsEdgeOptionsValidator>();
        services.AddSingleton<SmsMetrics>();
        services.AddSingleton<SmsEdge>();
        services.AddSingleton<ISiloGauge>(provider => provider.GetRequiredService<SmsEdge>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SmsEdge>());
        return services;
    }
}
