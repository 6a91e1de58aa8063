using System.Collections.Immutable;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Objects;

/// <summary>What changes often: reachability, counters, the state of the mailbox.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ObjectStatus")]
public sealed record ObjectStatus
{
    [Id(0)] public required Reachability Reachability { get; init; }
    [Id(1)] public DateTimeOffset? Until { get; init; }
    [Id(2)] public DateTimeOffset? LastSeenAt { get; init; }
    [Id(3)] public ImmutableArray<Bearer> Connected { get; init; } = [];
    [Id(4)] public int WaitingMessages { get; init; }
    [Id(5)] public long WaitingBytes { get; init; }

    /// <summary>Since creation.</summary>
    [Id(6)] public long Reports { get; init; }
    [Id(7)] public long ReportBytes { get; init; }
    [Id(8)] public long Messages { get; init; }
    [Id(9)] public long Faults { get; init; }

    /// <summary>What it last said of its condition.</summary>
    [Id(10)] public ImmutableArray<Condition> Conditions { get; init; } = [];
}
