using System.Net;
using System.Security.Cryptography.X509Certificates;
using M2MCluster.Contracts.Cluster;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Admission;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Mqtt;

/// <summary>Puts the MQTT edge into a host.</summary>
public static class MqttEdgeRegistration
{
    /// <summary>The edge's services and options; needs an <see cref="IGrainFactory"/> and a <see cref="TimeProvider"/>.</summary>
    /// <param name="configuration">The whole configuration; the section is <see cref="MqttEdgeOptions.Section"/>, the address <c>M2M:Edge:Address</c>.</param>
    public static IServiceCollection AddMqttEdge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MqttEdgeOptions>()
            .Configure(options => options.Address = configuration["M2M:Edge:Address"] ?? options.Address)
            .Bind(configuration.GetSection(MqttEdgeOptions.Section))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MqttEdgeOptions>, MqttEdgeOptionsValidator>());
        services.AddAdmission(configuration);
        services.AddSingleton<MqttMetrics>();
        services.TryAddSingleton<ISilos, SingleNode>();
        services.AddSingleton<MqttEdge>();
        services.AddHostedService<MqttDepartures>();
        services.AddSingleton<ISiloGauge, MqttConnectionsGauge>();
        services.AddSingleton<MqttAdmission>();
        services.AddSingleton<MqttReports>();
        services.AddSingleton<MqttPeers>();
        services.AddSingleton<MqttUplink>();
        services.AddSingleton<MqttSubscriber>();
        services.AddSingleton(provider => provider.GetRequiredService<MqttEdge>().Sink);
        services.AddSingleton<MqttServices>();
        services.AddSingleton<MqttConnectionHandler>();
        return services;
    }

    /// <summary>Opens the listeners that the options name.</summary>
    public static void ListenMqtt(this KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<MqttEdgeOptions>>().Value;
        var address = IPAddress.Parse(options.Address);
        if (options.IsPlainOpen) kestrel.Listen(address, options.Port, listen => listen.UseMqttEdge());
        else if (options.Port != 0) kestrel.ApplicationServices.GetRequiredService<ILogger<MqttEdge>>().PlainRefused(options.Address);
        if (options.SecurePort == 0) return;
        if (options.CertificatePath is null)
        {
            kestrel.ApplicationServices.GetRequiredService<ILogger<MqttEdge>>().NoCertificate(options.SecurePort);
            return;
        }

        var certificate = X509Certificate2.CreateFromPemFile(options.CertificatePath, options.CertificateKeyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificatePath);
        kestrel.Listen(address, options.SecurePort, listen =>
        {
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ServerCertificateChain = chain;
                // Some clients name a protocol (RFC 7301), and none that they could name is HTTP's.
                https.OnAuthenticate = (_, tls) => tls.ApplicationProtocols = null;
            });
            listen.UseMqttEdge();
        });
    }

    internal static void UseMqttEdge(this ListenOptions listen) => listen.UseConnectionHandler<MqttConnectionHandler>();
}
