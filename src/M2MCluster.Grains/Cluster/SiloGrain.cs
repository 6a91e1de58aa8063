using System.Collections.Immutable;
using System.Reflection;
using M2MCluster.Contracts.Cluster;
using Orleans.Runtime;
using Orleans.Placement;
using Orleans.Statistics;

namespace M2MCluster.Grains.Cluster;

/// <summary>Placed by its caller on the silo of its key. Landed elsewhere, as when that silo is just leaving, it has nothing to say.</summary>
[GrainType("silo"), Immovable]
internal sealed class SiloGrain(ILocalSiloDetails silo, IEnvironmentStatisticsProvider environment, IEnumerable<ISiloGauge> gauges) : Grain, ISiloGrain
{
    private static readonly string Version =
        Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public ValueTask<SiloFigures?> Read()
    {
        if (this.GetPrimaryKeyString() != silo.SiloAddress.ToParsableString())
        {
            DeactivateOnIdle();
            return ValueTask.FromResult<SiloFigures?>(null);
        }

        var statistics = environment.GetEnvironmentStatistics();
        return ValueTask.FromResult<SiloFigures?>(new(
            Version, statistics.FilteredCpuUsagePercentage, statistics.RawMemoryUsageBytes, statistics.MaximumAvailableMemoryBytes,
            gauges.ToImmutableDictionary(gauge => gauge.Name, gauge => gauge.Read())));
    }
}
