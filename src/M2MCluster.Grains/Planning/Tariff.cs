namespace M2MCluster.Grains.Planning;

/// <summary>What sending is like at some time.</summary>
/// <param name="Price">By what it costs more or less than usual.</param>
/// <param name="Share">The share of the budgets that is there.</param>
internal readonly record struct Tariff(double Price, double Share)
{
    public static readonly Tariff Usual = new(1, 1);
}
