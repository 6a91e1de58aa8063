using System.Collections.Immutable;

namespace M2MCluster.Contracts.Planning;

/// <summary>A bearer's plan at one moment.</summary>
/// <param name="Silo">The address of the silo that plans.</param>
/// <param name="ClosedUntil">What left in the slots before this is not known, and nothing leaves in them any more; null: there are none.</param>
/// <param name="Calendar">What holds for the bearer; the first entry that holds counts.</param>
/// <param name="CellCount">Those of which anything is known now.</param>
/// <param name="Cells">The fullest first.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanView")]
public sealed record PlanView(
    [property: Id(0)] DateTimeOffset ReadAt,
    [property: Id(1)] string Silo,
    [property: Id(2)] TimeSpan Slot,
    [property: Id(3)] TimeSpan Horizon,
    [property: Id(4)] double Reserve,
    [property: Id(5)] PlanLoad Budget,
    [property: Id(6)] PlanLoad? CellBudget,
    [property: Id(7)] DateTimeOffset? ClosedUntil,
    [property: Id(8)] string TimeZone,
    [property: Id(9)] ImmutableArray<PlanPeriod> Calendar,
    [property: Id(10)] ImmutableArray<PlanSlotView> Slots,
    [property: Id(11)] int CellCount,
    [property: Id(12)] ImmutableArray<PlanCellView> Cells);
