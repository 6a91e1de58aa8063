using System.Net;

namespace M2MCluster.Cli.Replay;

/// <summary>What <c>m2m replay</c> was asked for.</summary>
internal sealed record ReplaySettings
{
    public required IPEndPoint Coap { get; init; }

    public required IPEndPoint Mqtt { get; init; }

    /// <summary>Recorded seconds in a second; 0: as fast as the platform takes it.</summary>
    public required double Speed { get; init; }

    /// <summary>Messages to each device, sent while it sleeps.</summary>
    public required int Messages { get; init; }

    public required double Loss { get; init; }
}
