using System.Collections.Immutable;
using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>
/// The one session of an object over a bearer, and for whose sake it is: networks know one for a device and a server, so what several ask for is asked for together. A row for each.
/// Times are Unix milliseconds.
/// </summary>
[GenerateSerializer, Immutable, Alias("m2m.QosFlow")]
internal sealed record QosFlow
{
    [Id(0)] public required string ObjectId { get; init; }
    [Id(1)] public string? Cell { get; init; }
    [Id(2)] public required QosDevice Device { get; init; }
    [Id(3)] public ImmutableArray<QosDemand> Demands { get; init; } = [];
    [Id(4)] public QosStatus Status { get; init; }

    /// <summary>Null: it was taken away, or refused.</summary>
    [Id(5)] public string? Profile { get; init; }

    /// <summary>Bits a second that it takes of the capacity.</summary>
    [Id(6)] public long Bandwidth { get; init; }

    /// <summary>The network's name of the session; null: there is none yet.</summary>
    [Id(7)] public string? Session { get; init; }

    /// <summary>When the session ends by itself; 0: there is none.</summary>
    [Id(8)] public long Until { get; init; }

    /// <summary>A session that is to be closed before another is opened.</summary>
    [Id(9)] public string? Former { get; init; }
    [Id(10)] public QosReason Reason { get; init; }
    [Id(11)] public string? Detail { get; init; }
    [Id(12)] public int Failures { get; init; }
    [Id(13)] public long AskedAt { get; init; }

    /// <summary>When it is looked at again.</summary>
    [Id(14)] public long DueAt { get; init; }

    /// <summary>By which the network shows that it is the network.</summary>
    [Id(15)] public required string SinkToken { get; init; }

    public int Precedence => Demands.IsEmpty ? -1 : Demands.Max(demand => demand.Terms.Precedence);

    /// <summary>Whether all bear to get less.</summary>
    public bool Yields => Demands.All(demand => demand.Terms.WhenFull == QosWhenFull.Degrade);

    /// <summary>What the session must give so that all have what they want.</summary>
    public QosTerms? Need => Demands.IsEmpty ? null : Demands.Select(demand => demand.Terms).Aggregate(QosLedger.Both);
}
