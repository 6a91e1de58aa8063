using M2MCluster.Contracts;

namespace M2MCluster.Host;

/// <summary>Sets the schedule going once the silo runs.</summary>
internal sealed class ScheduleStart(IGrainFactory grains) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) => await grains.GetGrain<IScheduleGrain>(0).Start();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
