namespace M2MCluster.Grains.Planning;

/// <summary>Messages and their bytes, of one piece of work or of a slot.</summary>
internal readonly record struct Load(int Messages, int Bytes)
{
    // Of shares that make up a whole.
    private const double Rounding = 1e-6;

    public static Load Of(int bytes) => new(1, bytes);

    /// <summary>Of one slot.</summary>
    public static Load BudgetOf(BudgetOptions budget, TimeSpan slot) => new(
        budget.MessagesPerSecond is { } messages ? (int)(messages * slot.TotalSeconds) : int.MaxValue,
        budget.BytesPerSecond is { } bytes ? (int)(bytes * slot.TotalSeconds) : int.MaxValue);

    public static Load operator +(Load one, Load other) => new(Sum(one.Messages, other.Messages), Sum(one.Bytes, other.Bytes));

    /// <summary>Never below nothing: what was taken twice is not owed.</summary>
    public static Load operator -(Load one, Load other) => new(Math.Max(0, one.Messages - other.Messages), Math.Max(0, one.Bytes - other.Bytes));

    /// <summary>The larger of each.</summary>
    public Load Max(Load other) => new(Math.Max(Messages, other.Messages), Math.Max(Bytes, other.Bytes));

    /// <summary>The smaller of each.</summary>
    public Load Min(Load other) => new(Math.Min(Messages, other.Messages), Math.Min(Bytes, other.Bytes));

    /// <summary>That share of a budget, rounded down.</summary>
    public Load Part(double share) => new(Part(Messages, share), Part(Bytes, share));

    public bool FitsIn(Load budget) => Messages <= budget.Messages && Bytes <= budget.Bytes;

    /// <summary>How full the budget is with it, by whatever is scarcer; above 1: it does not fit.</summary>
    public double Fill(Load budget) => Math.Max(Ratio(Messages, budget.Messages), Ratio(Bytes, budget.Bytes));

    private static int Part(int whole, double share) => whole == int.MaxValue ? whole : (int)((whole * share) + Rounding);

    private static double Ratio(int taken, int budget) => taken <= 0 ? 0 : budget <= 0 ? double.PositiveInfinity : (double)taken / budget;

    private static int Sum(int one, int other) => (int)Math.Min(int.MaxValue - 1L, (long)one + other);
}
