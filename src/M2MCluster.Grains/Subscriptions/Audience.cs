using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>Who hears of what, and by which versions that is known.</summary>
public sealed record Audience(SubscriptionTable Table, long Version, long Membership)
{
    /// <summary>What a set says of events that were addressed by this.</summary>
    public AudienceVersions Versions => new(Version, Table.NeedsGroups ? Membership : null);
}
