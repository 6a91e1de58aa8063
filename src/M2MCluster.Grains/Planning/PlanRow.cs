using System.Collections.Immutable;

namespace M2MCluster.Grains.Planning;

/// <summary>What is taken of one slot.</summary>
/// <param name="Cell">Empty: of the bearer as a whole.</param>
/// <param name="Numbers">Messages and bytes: used, then held, by rank from the lowest; ranks that hold nothing are left out at the end.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanRow")]
internal readonly record struct PlanRow([property: Id(0)] string Cell, [property: Id(1)] long Slot, [property: Id(2)] ImmutableArray<int> Numbers);
