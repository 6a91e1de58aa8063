namespace M2MCluster.Contracts.Planning;

/// <summary>A flow that is to hold a share of a bearer, and of each of its cells (D.3.3.a).</summary>
/// <param name="Application">Empty: an operator.</param>
/// <param name="Share">Above 0, below 1.</param>
/// <param name="Duration">Rounded up to whole slots.</param>
[GenerateSerializer, Immutable, Alias("m2m.ShareRequest")]
public sealed record ShareRequest([property: Id(0)] MessageId Flow, [property: Id(1)] string Application, [property: Id(2)] double Share, [property: Id(3)] TimeSpan Duration);
