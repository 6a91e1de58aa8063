using M2MCluster.Contracts;
using Orleans.Runtime;

namespace M2MCluster.Host;

/// <summary>
/// Starts this silo's share of the schedule's shards, and again every few seconds: so they spread when silos come, and those of a silo that is gone
/// go on elsewhere. The silos agree by the list of the active ones, in order.
/// </summary>
internal sealed partial class ScheduleStart(
    IGrainFactory grains, ILocalSiloDetails self, IClusterMembershipService membership, TimeProvider time, ILogger<ScheduleStart> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await StartShareAsync(stoppingToken);
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StartShareAsync(CancellationToken stopping)
    {
        var silos = membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order().ToList();
        var own = silos.IndexOf(self.SiloAddress);
        for (var shard = own; own >= 0 && shard < DueTime.Shards && !stopping.IsCancellationRequested; shard += silos.Count)
        {
            try
            {
                await grains.GetGrain<IScheduleGrain>(shard).StartOn(self.SiloAddress.ToParsableString());
            }
            catch (Exception failure)
            {
                LogFailed(shard, failure.Message);
            }
        }
    }

    [LoggerMessage(6010, LogLevel.Warning, "Shard {Shard} of the schedule could not be started, and is tried again: {Reason}")]
    private partial void LogFailed(int shard, string reason);
}
