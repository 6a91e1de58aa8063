using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Hosting;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// When a silo has left, the grains that were on it have no channels any more: every session here leaves its own again. Some at a time and in random order, so that
/// the others are not stormed: 100,000 sessions take a minute at least.
/// </summary>
internal sealed class MqttDepartures(MqttEdge edge, ISilos silos) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var known = silos.Departures;
            while (true)
            {
                await silos.WaitForDepartureAsync(known, stoppingToken);
                known = silos.Departures;
                await ResumeAll(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task ResumeAll(CancellationToken cancellation)
    {
        var sessions = edge.Sessions.All();
        Random.Shared.Shuffle(sessions);
        foreach (var some in sessions.Chunk(AtOnce))
        {
            // One grain that cannot be reached holds up the others so long and no longer.
            await Task.WhenAny(Task.WhenAll(some.Select(edge.Resumption.Resume)), Task.Delay(Patience, edge.Time, cancellation));
            await Task.Delay(Pace, edge.Time, cancellation);
        }
    }
}
