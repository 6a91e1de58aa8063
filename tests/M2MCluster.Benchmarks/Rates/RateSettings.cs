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

    /// <summary>Before a .NET process is measured: the compiler's time.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Offered to the bridge, a second: more than it takes, and so little that the sender leaves it the processor.</summary>
    public double BridgeOffer { get; init; } = 8000;
}
