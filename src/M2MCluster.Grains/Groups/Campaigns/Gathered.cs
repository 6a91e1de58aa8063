namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>How far the members of a campaign are found.</summary>
/// <param name="From">After which id the next page begins.</param>
/// <param name="Members">Found so far.</param>
/// <param name="Pages">With members, stored before the list.</param>
[GenerateSerializer, Immutable, Alias("m2m.Gathered")]
internal sealed record Gathered([property: Id(0)] string From, [property: Id(1)] int Members, [property: Id(2)] int Pages);
