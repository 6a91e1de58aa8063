namespace M2MCluster.Grains.Planning;

/// <summary>The budget of a bearer as a whole, and those of its cells.</summary>
public sealed class BearerBudgetOptions : BudgetOptions
{
    /// <summary>Of each cell that <see cref="Cells"/> does not name; null: without bound.</summary>
    public BudgetOptions? Cell { get; set; }

    /// <summary>By the name of the cell: an object's characteristic <c>cell</c>, else its gateway.</summary>
    public Dictionary<string, BudgetOptions> Cells { get; } = new(StringComparer.Ordinal);
}
