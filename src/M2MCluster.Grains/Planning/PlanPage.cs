using System.Collections.Immutable;

namespace M2MCluster.Grains.Planning;

/// <summary>A page of a bearer's plan as it stands on disk.</summary>
/// <param name="Page">Its place in time: the number of its first slot by <see cref="Lane.PageSize"/>.</param>
/// <param name="SlotSeconds">The length of its slots; with another one it says nothing.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanPage")]
internal sealed record PlanPage([property: Id(0)] long Page, [property: Id(1)] int SlotSeconds, [property: Id(2)] ImmutableArray<PlanRow> Rows);
