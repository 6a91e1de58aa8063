namespace M2MCluster.Device.Sms;

/// <summary>A message that an <see cref="SmscSimulator"/> was given, long ones whole.</summary>
/// <param name="To">The number, with its plus sign.</param>
/// <param name="Text">Null if it is data.</param>
public sealed record SmscMessage(string From, string To, string? Text, byte[] Bytes);
