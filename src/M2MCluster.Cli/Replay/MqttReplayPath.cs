using M2MCluster.Device;
using M2MCluster.Device.Mqtt;

namespace M2MCluster.Cli.Replay;

/// <summary>Over MQTT: connected while awake; what waits comes by itself.</summary>
internal sealed class MqttReplayPath(MqttDevice device) : IReplayPath
{
    public async Task ReportAsync(DeviceReport report, CancellationToken cancellationToken)
    {
        await CollectAsync(cancellationToken);
        await device.ReportAsync(report, null, cancellationToken);
    }

    public Task CollectAsync(CancellationToken cancellationToken) => device.IsConnected ? Task.CompletedTask : device.ConnectAsync(cancellationToken);

    public Task SleepAsync(CancellationToken cancellationToken) => device.DisconnectAsync(cancellationToken);

    public ValueTask DisposeAsync() => device.DisposeAsync();
}
