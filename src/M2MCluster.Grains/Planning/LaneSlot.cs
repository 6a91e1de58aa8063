namespace M2MCluster.Grains.Planning;

/// <summary>One slot of a lane. Default: nothing is taken of it.</summary>
internal struct LaneSlot
{
    /// <summary>Which slot it is: places are used again once their slot has passed.</summary>
    public long Index;

    /// <summary>What has left.</summary>
    public Load Used;

    /// <summary>Held for work that could wait.</summary>
    public Load Tolerant;

    /// <summary>Held for urgent work that waits its turn, by priority; null: there is none.</summary>
    public Load[]? Urgent;

    /// <summary>All that is used, and held for the rank or a higher one.</summary>
    public readonly Load Taken(int rank)
    {
        var sum = rank == Rank.Tolerant ? Used + Tolerant : Used;
        if (Urgent is null) return sum;
        for (var i = Math.Max(0, rank - 1); i < Urgent.Length; i++) sum += Urgent[i];
        return sum;
    }

    public readonly Load Held(int rank) => rank == Rank.Tolerant ? Tolerant : Urgent?[rank - 1] ?? default;

    public void Add(int rank, Load load) => Set(rank, Held(rank) + load);

    public void Remove(int rank, Load load)
    {
        if (Held(rank) != default) Set(rank, Held(rank) - load);
    }

    public void Set(int rank, Load load)
    {
        if (rank == Rank.Tolerant) Tolerant = load;
        else (Urgent ??= new Load[Rank.Priorities])[rank - 1] = load;
    }
}
