using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace M2MCluster.Host;

/// <summary>
/// The first thing that happens when the node is told to end: it is not ready any more, and goes on serving for <see cref="NodeOptions.DrainDelay"/>, so that whoever
/// sends traffic here sends it elsewhere before the listeners close.
/// </summary>
internal sealed partial class Drain(NodeOptions node, TimeProvider time, ILogger<Drain> log) : IHostedLifecycleService, IHealthCheck
{
    private volatile bool _isEnding;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isEnding = true;
        LogDraining();
        if (node.DrainDelay > TimeSpan.Zero) await Task.Delay(node.DrainDelay, time, cancellationToken);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isEnding ? HealthCheckResult.Unhealthy("the node is ending") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(6020, LogLevel.Information, "The node ends: sessions are told, what came in is committed, grains are handed over")]
    private partial void LogDraining();
}
