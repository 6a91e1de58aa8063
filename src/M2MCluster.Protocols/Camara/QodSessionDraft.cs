namespace M2MCluster.Protocols.Camara;

/// <summary>A session to be asked for (CreateSession).</summary>
/// <param name="PhoneNumber">E.164 with its plus sign; either this or an address.</param>
/// <param name="DeviceAddress">IPv4, then with its port, or IPv6.</param>
/// <param name="ServerAddress">IPv4 or IPv6, or a network of such addresses (<c>203.0.113.0/28</c>).</param>
/// <param name="Seconds">At least 1.</param>
/// <param name="Sink">Where changes are told; null: nowhere.</param>
/// <param name="SinkToken">What the network shows there.</param>
/// <param name="SinkTokenExpires">After the session's end.</param>
public sealed record QodSessionDraft(
    string? PhoneNumber, string? DeviceAddress, int? DevicePort, string ServerAddress, string Profile, int Seconds, Uri? Sink = null, string? SinkToken = null,
    DateTimeOffset SinkTokenExpires = default);
