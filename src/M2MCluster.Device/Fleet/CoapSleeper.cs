using System.Threading.Channels;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Fleet;

/// <summary>A sleeper that speaks CoAP and reports in SenML CBOR. While awake it observes its mailbox.</summary>
public sealed class CoapSleeper(
    CoapDeviceOptions options, IReadOnlyList<string> children, SleepPlan plan, Readings readings, IFleetWatcher watcher, TimeProvider time)
    : Sleeper(options.Name, children, plan, readings, watcher, time)
{
    private readonly CoapDevice _device = new(options, time);
    private bool _bound;

    public override ValueTask DisposeAsync() => _device.DisposeAsync();

    private protected override async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (Plan.Rebinds && _bound) await _device.RebindAsync().ConfigureAwait(false);
        _bound = true;
        if (_device.IsRegistered) await _device.UpdateAsync(cancellationToken).ConfigureAwait(false);
        else await _device.RegisterAsync(cancellationToken).ConfigureAwait(false);
        if (Plan.IsTold) Config = await _device.ConfigAsync(null, cancellationToken).ConfigureAwait(false);
    }

    private protected override Task ReportAsync(string? child, long sequence, IReadOnlyList<SenmlRecord> records, CancellationToken cancellationToken) =>
        _device.ReportAsync(DeviceReport.OfCbor(ReportIds.Encode(sequence), records), child, cancellationToken);

    private protected override Task SynchronizeAsync(CancellationToken cancellationToken) => _device.SynchronizeAsync(Clock, cancellationToken: cancellationToken);

    private protected override async Task ListenAsync(CancellationToken cancellationToken)
    {
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var window = new CancellationTokenSource(Plan.Awake, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, window.Token);
        using var observation = await _device.ObserveAsync(_ => news.Writer.TryWrite(true), cancellationToken).ConfigureAwait(false);
        do
        {
            await DrainAsync(either.Token, cancellationToken).ConfigureAwait(false);
        }
        while (await HasNewsAsync(news.Reader, either.Token).ConfigureAwait(false));
        cancellationToken.ThrowIfCancellationRequested();
        await observation.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private protected override Task FallAsleepAsync(CancellationToken cancellationToken)
    {
        _device.Sleep();
        return Task.CompletedTask;
    }

    private static async Task<bool> HasNewsAsync(ChannelReader<bool> news, CancellationToken window)
    {
        try
        {
            return await news.ReadAsync(window).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What may not leave yet is waited for as long as the window is open; else it is fetched another time.</summary>
    private async Task DrainAsync(CancellationToken window, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await DrainAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DeviceException notYet) when (notYet is { Failure: DeviceFailure.Busy, RetryAfter: { } after })
            {
                await Task.Delay(after, Time, window).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (window.IsCancellationRequested) return;
            }
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        await _device.DrainAsync(Handle, null, cancellationToken).ConfigureAwait(false);
        foreach (var child in Children) await _device.DrainAsync(Handle, child, cancellationToken).ConfigureAwait(false);
    }
}
