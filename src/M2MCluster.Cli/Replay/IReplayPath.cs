using M2MCluster.Device;

namespace M2MCluster.Cli.Replay;

/// <summary>How a recorded device speaks: for itself over CoAP or MQTT, or by a gateway.</summary>
internal interface IReplayPath : IAsyncDisposable
{
    /// <summary>Wakes if need be, and reports.</summary>
    Task ReportAsync(DeviceReport report, CancellationToken cancellationToken);

    /// <summary>Fetches and answers what waits, or has it come.</summary>
    Task CollectAsync(CancellationToken cancellationToken);

    Task SleepAsync(CancellationToken cancellationToken);
}
