using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Admission;
using M2MCluster.Edge.Coap.Groups;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>Adds the CoAP edge to a silo's services.</summary>
public static class CoapEdgeServices
{
    /// <summary>
    /// Adds the edge as a hosted service, to start after the silo; needs an <see cref="IGrainFactory"/> and an
    /// <see cref="Contracts.Sessions.IEdgeDirectory"/>.
    /// </summary>
    /// <param name="configuration">The whole configuration; the section is <see cref="CoapEdgeOptions.Section"/>, the address <c>M2M:Edge:Address</c>.</param>
    public static IServiceCollection AddCoapEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CoapEdgeOptions>()
            .Configure(options => options.Address = configuration["M2M:Edge:Address"] ?? options.Address)
            .Bind(configuration.GetSection(CoapEdgeOptions.Section))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<CoapEdgeOptions>, CoapEdgeOptionsValidator>();
        services.AddAdmission(configuration);
        services.AddSingleton<CoapClock>();
        services.TryAddSingleton<ISilos, SingleNode>();
        services.AddSingleton<CoapChannels>();
        services.AddSingleton<CoapMetrics>();
        services.AddSingleton<ReportIngress>();
        services.AddSingleton<RegistrationIngress>();
        services.AddSingleton<MailboxIngress>();
        services.AddSingleton<ConfigIngress>();
        services.AddSingleton<RadioIngress>();
        services.AddSingleton<PeerIngress>();
        services.AddSingleton<BootstrapIngress>();
        services.AddSingleton<CoapIngress>();
        services.AddSingleton<CoapGroups>();
        services.AddSingleton<CoapEdge>();
        services.AddSingleton<ICoapListener>(provider => provider.GetRequiredService<CoapEdge>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<CoapEdge>());
        return services;
    }
}
