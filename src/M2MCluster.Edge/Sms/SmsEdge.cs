using M2MCluster.Contracts.Cluster;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Sms;

/// <summary>The SMS edge as a whole: binds at the SMSC, and unbinds once what was sent is answered.</summary>
internal sealed class SmsEdge(IOptions<SmsEdgeOptions> options, IGrainFactory grains, IEdgeDirectory directory, SmsMetrics metrics, TimeProvider time, ILogger<SmsEdge> logger)
    : IHostedService, ISiloGauge, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ending = new();
    private SmsSession? _session;
    private SmsWindow? _window;
    private SmsLanes? _lanes;
    private SmsDownlink? _downlink;
    private Task _running = Task.CompletedTask;
    private Task _taking = Task.CompletedTask;

    public string Name => "m2m.sms.sessions";

    public long Read() => _session is { IsBound: true } ? 1 : 0;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.Port == 0) return Task.CompletedTask;
        var settler = new SmsSettler(grains, settings, time, logger);
        _session = new(settings, time, metrics, logger);
        _window = new(settings.Window, settings.MaxBackOff, time);
        _lanes = new(new SmsIngress(grains, settings, settler, metrics, time, logger).TakeAsync);
        _session.Received = _lanes.TakeAsync;
        // The runtime holds observers weakly: the field keeps this one alive.
        _downlink = new(grains, settings, _session, new(_session, _window, metrics), settler, metrics, time, logger);
        directory.Register(Bearer.Sms, grains.CreateObjectReference<IDownlink>(_downlink));
        _taking = _lanes.WorkAsync();
        _running = Task.Run(() => _session.RunAsync(_ending.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_session is null) return;
        // What has no response yet would end as unknown.
        using var patience = new CancellationTokenSource(options.Value.ResponseTimeout, time);
        try
        {
            while (_downlink!.Open > 0) await Task.Delay(Look, time, patience.Token);
        }
        catch (OperationCanceledException)
        {
        }

        _lanes!.Complete();
        await _taking.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ending.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _window!.Dispose();
    }

    public void Dispose() => _ending.Dispose();
}
