namespace M2MCluster.Contracts.Planning;

/// <summary>A message that wants to leave now.</summary>
/// <param name="Cell">Null: none is known.</param>
/// <param name="Priority">0 to 7, 7 first.</param>
/// <param name="Hold">The place that is held for it, if any is.</param>
/// <param name="Latest">Its bound if it can wait; null, or in the past: it cannot.</param>
/// <param name="Flow">Out of whose share it leaves, if that holds one of the bearer now; null, or otherwise: as all that is of no flow.</param>
[GenerateSerializer, Immutable, Alias("m2m.PermitRequest")]
public sealed record PermitRequest(
    [property: Id(0)] string? Cell,
    [property: Id(1)] int Bytes,
    [property: Id(2)] int Priority,
    [property: Id(3)] PlanHold? Hold,
    [property: Id(4)] DateTimeOffset? Latest,
    [property: Id(5)] MessageId? Flow = null);
