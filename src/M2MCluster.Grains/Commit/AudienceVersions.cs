namespace M2MCluster.Grains.Commit;

/// <summary>
/// Versions of who hears of what, each raised by the transactions that change it, on whatever silo. A set whose events were addressed by other versions is refused.
/// </summary>
/// <param name="Subscriptions">Of applications and their subscriptions.</param>
/// <param name="Membership">Of the members of groups; null in a set whose events were addressed without looking at groups.</param>
public readonly record struct AudienceVersions(long Subscriptions, long? Membership)
{
    /// <summary>Whether events that were addressed by these versions are addressed right while <paramref name="now"/> hold.</summary>
    public bool HoldsBeside(AudienceVersions now) => Subscriptions == now.Subscriptions && (Membership is null || Membership == now.Membership);
}
