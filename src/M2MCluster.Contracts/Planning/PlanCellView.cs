namespace M2MCluster.Contracts.Planning;

/// <summary>A cell of a bearer, over the slots that were asked for.</summary>
/// <param name="Fill">Of its fullest slot, by whatever is scarcer: 1 is full.</param>
/// <param name="Budget">Of a slot.</param>
/// <param name="Waiting">Messages for which a place is held.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanCellView")]
public sealed record PlanCellView([property: Id(0)] string Cell, [property: Id(1)] double Fill, [property: Id(2)] PlanLoad Budget, [property: Id(3)] int Waiting);
