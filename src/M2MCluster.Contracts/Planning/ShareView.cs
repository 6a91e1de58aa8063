using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Planning;

/// <summary>A flow that holds a share of a bearer.</summary>
/// <param name="Application">Empty: an operator.</param>
/// <param name="From">It holds from then on: the beginning of the slot after that in which it was opened.</param>
/// <param name="Until">And before then: the beginning of a slot.</param>
/// <param name="Slot">In each of which it may use its share, and no more.</param>
/// <param name="Budget">Its share of a slot of the bearer, at times at which all of that is there.</param>
[GenerateSerializer, Immutable, Alias("m2m.ShareView")]
public sealed record ShareView(
    [property: Id(0)] MessageId Flow,
    [property: Id(1)] string Application,
    [property: Id(2)] Bearer Bearer,
    [property: Id(3)] double Share,
    [property: Id(4)] DateTimeOffset From,
    [property: Id(5)] DateTimeOffset Until,
    [property: Id(6)] TimeSpan Slot,
    [property: Id(7)] PlanLoad Budget);
