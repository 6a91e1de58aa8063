namespace M2MCluster.Contracts.Planning;

/// <summary>Which part of a bearer's plan is wanted.</summary>
/// <param name="Slots">How many from the current one on, 1 to <see cref="MostSlots"/>; beyond the horizon there are none.</param>
/// <param name="Cell">Whose slots; null: those of the bearer as a whole.</param>
/// <param name="Cells">How many of the fullest cells are named, 0 to <see cref="MostCells"/>.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanQuery")]
public sealed record PlanQuery([property: Id(0)] int Slots, [property: Id(1)] string? Cell, [property: Id(2)] int Cells)
{
    public const int MostSlots = 1440;
    public const int MostCells = 100;
}
