using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>Adds the CoAP edge to a silo's services.</summary>
public static class CoapEdgeServices
{
    /// <summary>
    /// Adds the edge as a hosted service; it wants an <see cref="IGrainFactory"/>, an <see cref="Contracts.Sessions.IEdgeDirectory"/> and logging.
    /// </summary>
    public static IServiceCollection AddCoapEdge(this IServiceCollection services, Action<CoapEdgeOptions> configure)
    {
        services.AddOptions<CoapEdgeOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CoapEdgeOptions>, CoapEdgeOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<CoapClock>();
        services.AddSingleton<CoapChannels>();
        services.AddSingleton<CoapMetrics>();
        services.AddSingleton<ReportIngress>();
        services.AddSingleton<RegistrationIngress>();
        services.AddSingleton<MailboxIngress>();
        services.AddSingleton<CoapIngress>();
        services.AddSingleton<CoapEdge>();
        services.AddSingleton<ICoapListener>(provider => provider.GetRequiredService<CoapEdge>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<CoapEdge>());
        return services;
    }
}
