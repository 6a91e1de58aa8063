namespace M2MCluster.Device;

/// <summary>
/// Acts upon a message. Called once for each message as long as the device lives, however often it is delivered; an exception counts as
/// a refusal without words.
/// </summary>
public delegate ValueTask<DeviceResult> MessageHandler(DeviceMessage message, CancellationToken cancellationToken);
