namespace M2MCluster.Contracts.Planning;

/// <summary>A slot of a plan.</summary>
/// <param name="At">Its beginning.</param>
/// <param name="Price">By what sending costs more or less than usual then.</param>
/// <param name="Budget">The share of the budget that is there then.</param>
/// <param name="Left">What has left in it.</param>
/// <param name="Tolerant">Held for what can wait.</param>
/// <param name="Urgent">Held for urgent work that waits its turn.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanSlotView")]
public sealed record PlanSlotView(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] double Price,
    [property: Id(2)] PlanLoad Budget,
    [property: Id(3)] PlanLoad Left,
    [property: Id(4)] PlanLoad Tolerant,
    [property: Id(5)] PlanLoad Urgent);
