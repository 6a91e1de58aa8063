namespace M2MCluster.Protocols.Smpp;

/// <summary>The body of a response to a bind.</summary>
/// <param name="SystemId">The SMSC's name of itself; null if the response ends at its header, as it may when the bind is refused.</param>
public sealed record SmppBindAnswer(string? SystemId) : SmppBody;
