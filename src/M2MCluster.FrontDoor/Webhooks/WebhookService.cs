using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>
/// Runs a dispatcher for each webhook subscription whose lease this node holds. Looks every five seconds, at once when this node changes
/// one, and reads the list of subscriptions every sixth time.
/// </summary>
internal sealed partial class WebhookService(
    IGrainFactory grains,
    IApplicationReader applications,
    IFeedReader reader,
    Acknowledging acknowledging,
    FeedNews news,
    WebhookNews changes,
    WebhookPost post,
    IQuietTimes quiet,
    IOptions<FrontDoorOptions> options,
    TimeProvider time,
    ILogger<WebhookService> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private const int LooksBetweenReads = 6;

    private readonly Guid _holder = Guid.NewGuid();
    private readonly Dictionary<Subscription, (CancellationTokenSource Ends, Task Run)> _running = [];
    private IReadOnlyList<Subscription> _webhooks = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var changed = WaitForChangeAsync(stoppingToken);
        try
        {
            for (var looks = 0; ; looks++)
            {
                await LookAsync(looks % LooksBetweenReads == 0, stoppingToken);
                if (await Task.WhenAny(changed, Task.Delay(LookEvery, time, stoppingToken)) == changed)
                {
                    await changed;
                    changed = WaitForChangeAsync(stoppingToken);
                    looks = -1;
                }

                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            foreach (var subscription in _running.Keys.ToList()) await StopAsync(subscription, isOurs: true);
        }
    }

    private async Task WaitForChangeAsync(CancellationToken cancellation) => await changes.Signal.WaitAsync(cancellation);

    private async Task LookAsync(bool reads, CancellationToken cancellation)
    {
        try
        {
            if (reads) _webhooks = [.. (await applications.AllSubscriptionsAsync(cancellation)).Where(subscription => subscription.Webhook is not null)];
            foreach (var gone in _running.Keys.Except(_webhooks).ToList()) await StopAsync(gone, isOurs: true);
            foreach (var subscription in _webhooks)
            {
                var isOurs = await grains.GetGrain<IWebhookLeaseGrain>(subscription.Feed).Hold(_holder);
                if (_running.TryGetValue(subscription, out var running))
                {
                    if (isOurs && !running.Run.IsCompleted) continue;
                    await StopAsync(subscription, isOurs: false);
                }

                if (isOurs) Start(subscription, cancellation);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogLookFailed(failure);
        }
    }

    private void Start(Subscription subscription, CancellationToken cancellation)
    {
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _running[subscription] = (ends, RunAsync(subscription, ends.Token));
    }

    private async Task RunAsync(Subscription subscription, CancellationToken cancellation)
    {
        try
        {
            await using var signal = await news.ListenAsync(subscription.Feed);
            var longestBackOff = options.Value.Webhooks.LongestBackOff;
            await new WebhookDispatcher(subscription, reader, acknowledging, signal, post, quiet, longestBackOff, time, logger).RunAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The next look begins it anew, from what was acknowledged.
            LogDispatcherFailed(failure, subscription.Feed);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task StopAsync(Subscription subscription, bool isOurs)
    {
        if (!_running.Remove(subscription, out var running)) return;
        await running.Ends.CancelAsync();
        await running.Run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        running.Ends.Dispose();
        if (!isOurs) return;
        try
        {
            await grains.GetGrain<IWebhookLeaseGrain>(subscription.Feed).Release(_holder);
        }
        catch (Exception failure)
        {
            // The lease ends by itself.
            LogLookFailed(failure);
        }
    }
}
