using M2MCluster.Device.Mqtt;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device.Fleet;

/// <summary>A sleeper that speaks MQTT and reports in SenML JSON: connected while awake.</summary>
public sealed class MqttSleeper : Sleeper
{
    private readonly MqttDevice _device;

    public MqttSleeper(MqttDeviceOptions options, IReadOnlyList<string> children, SleepPlan plan, Readings readings, IFleetWatcher watcher, TimeProvider time)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Name, children, plan, readings, watcher, time) =>
        _device = new MqttDevice(options with { Messages = Handle, Configured = plan is { IsTold: true } ? config => Config = config : null, IsGateway = children.Count > 0, Refused = what => watcher.WentWrong(options.Name, what) }, time);

    public override ValueTask DisposeAsync() => _device.DisposeAsync();

    private protected override async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_device.IsConnected) await _device.DisconnectAsync(cancellationToken).ConfigureAwait(false);
        await _device.ConnectAsync(cancellationToken).ConfigureAwait(false);

        // Children that sleep are written to only once they were heard of.
        foreach (var child in Children) await _device.SayStatusAsync(child, online: true, cancellationToken).ConfigureAwait(false);
    }

    private protected override async Task ReportAsync(string? child, long sequence, IReadOnlyList<SenmlRecord> records, CancellationToken cancellationToken)
    {
        if (!_device.IsConnected) await _device.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await _device.ReportAsync(DeviceReport.OfJson(ReportIds.Encode(sequence), records), child, cancellationToken).ConfigureAwait(false);
    }

    private protected override async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        if (!_device.IsConnected) await _device.ConnectAsync(cancellationToken).ConfigureAwait(false);
        await _device.SynchronizeAsync(Clock, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private protected override Task ListenAsync(CancellationToken cancellationToken) => Task.Delay(Plan.Awake, Time, cancellationToken);

    private protected override Task FallAsleepAsync(CancellationToken cancellationToken) =>
        InsistAsync(() => _device.DisconnectAsync(cancellationToken), cancellationToken);
}
