namespace M2MCluster.Device;

/// <summary>Serves a command. Null: there is no such resource.</summary>
public delegate ValueTask<DeviceResult?> CommandHandler(DeviceCommand command, CancellationToken cancellationToken);
