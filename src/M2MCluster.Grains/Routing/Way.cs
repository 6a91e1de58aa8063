using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Routing;

/// <summary>A channel that is open now, and what it is a channel of.</summary>
internal sealed record Way(Route Route, Channel Channel);
