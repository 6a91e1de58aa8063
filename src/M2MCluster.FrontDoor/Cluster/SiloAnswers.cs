using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts.Cluster;

namespace M2MCluster.FrontDoor.Cluster;

internal static class SiloAnswers
{
    public static IReadOnlyList<V1.Silo> Of(ClusterView cluster) => [.. cluster.Silos.Select(silo => Answer(silo, cluster.ReadAt))];

    private static V1.Silo Answer(SiloView silo, DateTimeOffset now)
    {
        var uptime = now - silo.StartedAt;
        return new()
        {
            Name = "cluster/silos/" + silo.Address,
            Status = silo.Status switch
            {
                "Joining" => V1.Silo.Types.Status.Joining,
                "Active" => V1.Silo.Types.Status.Active,
                "ShuttingDown" => V1.Silo.Types.Status.ShuttingDown,
                "Stopping" => V1.Silo.Types.Status.Stopping,
                _ => V1.Silo.Types.Status.Unspecified,
            },
            HostName = silo.HostName,
            GatewayPort = silo.GatewayPort,
            StartTime = silo.StartedAt.ToTimestamp(),
            Uptime = (uptime < TimeSpan.Zero ? TimeSpan.Zero : uptime).ToDuration(),
            AliveTime = silo.AliveAt.ToTimestamp(),
            Activations = silo.Activations.Values.Sum(count => (long)count),
            Grains =
            {
                silo.Activations.OrderByDescending(type => type.Value).ThenBy(type => type.Key, StringComparer.Ordinal)
                    .Select(type => new V1.GrainCount { Type = type.Key, Activations = type.Value }),
            },
            Load = silo.Figures is { } figures ? Load(figures) : null,
        };
    }

    private static V1.SiloLoad Load(SiloFigures figures) => new()
    {
        Version = figures.Version,
        CpuPercent = Math.Round(figures.CpuPercent, 1),
        MemoryBytes = figures.MemoryBytes,
        MemoryLimitBytes = figures.MemoryLimitBytes,
        CommitQueue = figures.Gauges.GetValueOrDefault("m2m.storage.commit.queued"),
        MqttConnections = figures.Gauges.GetValueOrDefault("m2m.mqtt.connections"),
        SmsSessions = figures.Gauges.GetValueOrDefault("m2m.sms.sessions"),
    };
}
