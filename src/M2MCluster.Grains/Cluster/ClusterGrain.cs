using System.Collections.Immutable;
using M2MCluster.Contracts.Cluster;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace M2MCluster.Grains.Cluster;

[GrainType("cluster"), StatelessWorker(1), Reentrant]
internal sealed partial class ClusterGrain(
    IGrainFactory grains, IOptions<ClusterOptions> cluster, TimeProvider time, ILogger<ClusterGrain> log) : Grain, IClusterGrain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<ClusterView> Read()
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        var members = (await management.GetDetailedHosts())
            .Where(member => member.Status is SiloStatus.Joining or SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping).ToList();
        var active = members.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).ToArray();
        var activations = await Task.WhenAll(active.Select(silo => ActivationsAsync(management, silo)));
        var byType = active.Zip(activations).ToDictionary(pair => pair.First, pair => pair.Second);
        var figures = active.Zip(await Task.WhenAll(active.Select(FiguresAsync))).ToDictionary(pair => pair.First, pair => pair.Second);
        var silos = members.Select(member => new SiloView(
            member.SiloAddress.ToParsableString(), member.HostName, member.Status.ToString(), member.ProxyPort, Utc(member.StartTime), Utc(member.IAmAliveTime),
            byType.GetValueOrDefault(member.SiloAddress, ImmutableDictionary<string, int>.Empty), figures.GetValueOrDefault(member.SiloAddress)));
        return new(cluster.Value.ClusterId, time.GetUtcNow(), [.. silos.OrderBy(silo => silo.Address, StringComparer.Ordinal)]);
    }

    private async Task<SiloFigures?> FiguresAsync(SiloAddress silo)
    {
        try
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            return await grains.GetGrain<ISiloGrain>(silo.ToParsableString()).Read().AsTask().WaitAsync(Patience, time);
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or OperationCanceledException)
        {
            LogSilent(silo, silent.Message);
            return null;
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    private async Task<ImmutableDictionary<string, int>> ActivationsAsync(IManagementGrain management, SiloAddress silo)
    {
        try
        {
            var statistics = await management.GetSimpleGrainStatistics([silo]).WaitAsync(Patience, time);
            return statistics.GroupBy(statistic => NameOf(statistic.GrainType)).ToImmutableDictionary(type => type.Key, type => type.Sum(statistic => statistic.ActivationCount));
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or OperationCanceledException)
        {
            LogSilent(silo, silent.Message);
            return ImmutableDictionary<string, int>.Empty;
        }
    }

    /// <summary>A type's own name, out of <c>M2MCluster.Grains.Objects.ObjectGrain,M2MCluster.Grains</c>.</summary>
    private static string NameOf(string type)
    {
        var name = type.Split(',')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    [LoggerMessage(3021, LogLevel.Warning, "Silo {Silo} tells nothing of itself: {Reason}")]
    private partial void LogSilent(SiloAddress silo, string reason);
}
