using M2MCluster.Host;
using M2MCluster.Testing.Processes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace M2MCluster.Deployment.Tests;

internal static class HostTimes
{
    /// <summary>How long a node may take to stop, by its own word.</summary>
    public static TimeSpan Shutdown { get; } = Read();

    private static TimeSpan Read()
    {
        var folder = Directory.CreateTempSubdirectory("m2m-times-");
        try
        {
            var ports = Ports.Take(["FrontDoor:HttpPort", "FrontDoor:GrpcPort", "Management:Port", "Edge:Coap:Port", "Edge:Mqtt:Port", "Edge:Mqtt:SecurePort", "Silo:Port", "Silo:GatewayPort"]);
            using var app = Node.Build([$"--M2M:DataFolder={folder.FullName}", .. ports.Select(port => $"--M2M:{port.Key}={port.Value}")]);
            return app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
