namespace M2MCluster.Contracts.Planning;

/// <summary>Messages and bytes of payload, of a slot or of its budget; null, in budgets alone: without bound.</summary>
[GenerateSerializer, Immutable, Alias("m2m.PlanLoad")]
public readonly record struct PlanLoad([property: Id(0)] int? Messages, [property: Id(1)] int? Bytes);
