using System.Net;

namespace M2MCluster.Cli.Sim;

/// <summary>What <c>m2m sim</c> was asked for.</summary>
internal sealed record SimSettings
{
    public required IPEndPoint Coap { get; init; }

    public required IPEndPoint Mqtt { get; init; }

    public required SimBearer Bearer { get; init; }

    public required int Devices { get; init; }

    public required int Gateways { get; init; }

    /// <summary>Of each gateway.</summary>
    public required int Children { get; init; }

    public required double Loss { get; init; }

    public required bool Rebind { get; init; }

    public required TimeSpan Awake { get; init; }

    public required TimeSpan Asleep { get; init; }

    public required TimeSpan Duration { get; init; }

    public required bool Messages { get; init; }
}
