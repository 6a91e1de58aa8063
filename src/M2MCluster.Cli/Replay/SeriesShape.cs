namespace M2MCluster.Cli.Replay;

/// <summary>What the columns of a recorded series mean.</summary>
/// <param name="IdColumn">Whose row it is; null where all are one device's.</param>
/// <param name="Zone">IANA time zone of times without an offset.</param>
internal sealed record SeriesShape(string? IdColumn, string TimeColumn, IReadOnlyList<SeriesValue> Values, string Zone = "UTC")
{
    public ReplayBearer Bearer { get; init; } = ReplayBearer.Coap;

    /// <summary>Gateways that the devices stand behind; 0: each speaks for itself.</summary>
    public int Gateways { get; init; }
}
