using System.Collections.Immutable;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// What is known of an object that changes rarely: the document that lists and searches read. Characteristics are JSON texts by name
/// (<c>93</c>, <c>true</c>, <c>"EU868"</c>).
/// </summary>
[GenerateSerializer, Immutable, Alias("m2m.ObjectDescription")]
public sealed record ObjectDescription
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required ObjectKind Kind { get; init; }
    [Id(2)] public string DisplayName { get; init; } = "";

    /// <summary>Given by the operator or an application.</summary>
    [Id(3)] public ImmutableSortedDictionary<string, string> Preconfigured { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Said by the object itself; wins over <see cref="Preconfigured"/> (6.13).</summary>
    [Id(4)] public ImmutableSortedDictionary<string, string> Provided { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    [Id(5)] public PlainAccess Plain { get; init; }

    /// <summary>The gateway that speaks for the object now.</summary>
    [Id(6)] public string? Gateway { get; init; }

    /// <summary>Gateways to which the object may move by itself, beside the one that an application set.</summary>
    [Id(7)] public ImmutableArray<string> PermittedGateways { get; init; } = [];

    /// <summary>Its other names, <c>scheme:value</c>.</summary>
    [Id(8)] public ImmutableArray<string> Names { get; init; } = [];
    [Id(9)] public MailboxPolicy Mailbox { get; init; } = new();
    [Id(10)] public Registration? Registration { get; init; }
    [Id(11)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(12)] public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who has its commands for itself now; one that has run out means nothing.</summary>
    [Id(15)] public CommandHold? Hold { get; init; }

    /// <summary>What report tasks ask of it, by the ids of these; those of its groups stand with them. Null: nothing.</summary>
    [Id(24)] public ImmutableArray<ReportDuty>? Duties { get; init; }

    /// <summary>The characteristic that holds: what the object says, else what was preconfigured; null if neither says anything.</summary>
    public string? Effective(string name) =>
        Provided.TryGetValue(name, out var said) ? said : Preconfigured.GetValueOrDefault(name);
}
