namespace M2MCluster.Contracts.Qos;

/// <summary>A session that a network is asked for.</summary>
/// <param name="Duration">Whole seconds.</param>
/// <param name="SinkToken">By which the network shows, when it tells of changes, that it is the network.</param>
public sealed record QosSessionRequest(QosDevice Device, string Profile, TimeSpan Duration, string SinkToken);
