using System.Collections.Immutable;

namespace M2MCluster.Contracts.Planning;

/// <summary>A time of the week in which sending is another than usual.</summary>
/// <param name="Days">On which it begins; none: every day.</param>
/// <param name="To">Exclusive; not after <paramref name="From"/>: on the next day.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanPeriod")]
public sealed record PlanPeriod(
    [property: Id(0)] ImmutableArray<DayOfWeek> Days,
    [property: Id(1)] TimeOnly From,
    [property: Id(2)] TimeOnly To,
    [property: Id(3)] double Price,
    [property: Id(4)] double Share);
