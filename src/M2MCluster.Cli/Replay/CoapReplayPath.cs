using M2MCluster.Device;
using M2MCluster.Device.Coap;

namespace M2MCluster.Cli.Replay;

/// <summary>Over CoAP: a device with a socket of its own (<paramref name="child"/> null), or a child of a gateway that others share and the run disposes of.</summary>
internal sealed class CoapReplayPath(CoapDevice device, string? child, MessageHandler handler) : IReplayPath
{
    public Task ReportAsync(DeviceReport report, CancellationToken cancellationToken) => device.ReportAsync(report, child, cancellationToken);

    public Task CollectAsync(CancellationToken cancellationToken) => device.DrainAsync(handler, child, cancellationToken);

    public Task SleepAsync(CancellationToken cancellationToken)
    {
        if (child is null) device.Sleep();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => child is null ? device.DisposeAsync() : ValueTask.CompletedTask;
}
