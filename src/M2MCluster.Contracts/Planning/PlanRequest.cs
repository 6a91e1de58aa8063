namespace M2MCluster.Contracts.Planning;

/// <summary>A message that can wait.</summary>
/// <param name="Cell">Null: none is known.</param>
/// <param name="Latest">Its bound: never after it as long as budgets have room within it.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanRequest")]
public sealed record PlanRequest(
    [property: Id(0)] string? Cell, [property: Id(1)] int Bytes, [property: Id(2)] DateTimeOffset Earliest, [property: Id(3)] DateTimeOffset Latest);
