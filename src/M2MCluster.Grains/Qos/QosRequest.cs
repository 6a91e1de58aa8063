namespace M2MCluster.Grains.Qos;

/// <summary>A request to a network that is under way.</summary>
/// <param name="Profile">For which it was asked.</param>
internal sealed record QosRequest(long Id, QosStep Step, string? Profile);
