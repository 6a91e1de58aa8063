using M2MCluster.Contracts.Applications;

namespace M2MCluster.Grains.Commit;

/// <summary>A subscription, added, or removed together with its own feed if it has one.</summary>
public sealed record SubscriptionWrite(Subscription Subscription, bool Removed);
