using System.Net;

namespace M2MCluster.Cli.Load;

/// <summary>What <c>m2m load</c> was asked for.</summary>
internal sealed record LoadSettings
{
    public required IPEndPoint Target { get; init; }

    public required LoadBearer Bearer { get; init; }

    public required int Devices { get; init; }

    /// <summary>UDP sockets that the CoAP devices share; an MQTT device always has its own connection.</summary>
    public required int Sockets { get; init; }

    /// <summary>Reports a second, sent whether the platform answers or not; 0 for a closed loop.</summary>
    public required double Rate { get; init; }

    /// <summary>Reports under way at once: in a closed loop always, in an open loop at most (more wait, and their waiting counts).</summary>
    public required int InFlight { get; init; }

    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Bytes of a report.</summary>
    public required int PayloadSize { get; init; }

    /// <summary>Where each acknowledged report is named.</summary>
    public required FileInfo? Log { get; init; }

    /// <summary>First part of the ids of objects that are there already, whose devices report; null: the run makes its own.</summary>
    public string? Existing { get; init; }

    /// <summary>How many objects there are under <see cref="Existing"/>, numbered from 0.</summary>
    public int Registered { get; init; }

    /// <summary>Whether the application's feed is followed.</summary>
    public required bool Notified { get; init; }
}
