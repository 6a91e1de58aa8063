namespace M2MCluster.Benchmarks.Rates;

/// <summary>The load that all contestants get.</summary>
internal sealed record RateSettings
{
    /// <summary>Connections, or objects where calls are made within the process.</summary>
    public int Connections { get; init; } = 500;

    /// <summary>Reports under way at once, over all connections.</summary>
    public int InFlight { get; init; } = 500;

    /// <summary>Bytes of a report.</summary>
    public int PayloadSize { get; init; } = 100;

    /// <summary>Load that is not measured, for every contestant alike: a node's compiler needs it, the others do not mind.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Load before each measurement, after the warm-up: until all connections are busy, and a follower has caught up.</summary>
    public TimeSpan LeadIn { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Offered to the bridge, a second: more than it takes, and so little that the sender leaves it the processor.</summary>
    public double BridgeOffer { get; init; } = 8000;
}
