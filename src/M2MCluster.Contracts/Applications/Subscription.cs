namespace M2MCluster.Contracts.Applications;

/// <summary>What an application wants to hear of, and where to.</summary>
/// <param name="Filter">An AIP-160 filter over <c>type</c>, <c>object</c> and <c>group</c>; empty: all that it may see. See <see cref="Filtering.Filter"/>.</param>
/// <param name="Webhook">Where events are posted, one by one, as CloudEvents; null: to the application's feed.</param>
[GenerateSerializer, Immutable, Alias("m2m.Subscription")]
public sealed record Subscription(
    [property: Id(0)] string Application,
    [property: Id(1)] string Id,
    [property: Id(2)] string Filter,
    [property: Id(3)] Uri? Webhook)
{
    /// <summary>By how much later than they happen its webhook may hear of events, so that they are sent when that is cheap; null or 0: at once.</summary>
    [Id(15)] public TimeSpan? Tolerance { get; init; }

    /// <summary>The feed that its events go to. A webhook has one of its own, so that a slow receiver holds up nobody else.</summary>
    public string Feed => Webhook is null ? Application : Application + "/" + Id;
}
