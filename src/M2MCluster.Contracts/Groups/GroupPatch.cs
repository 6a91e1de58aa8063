using System.Collections.Immutable;

namespace M2MCluster.Contracts.Groups;

/// <summary>What is to change of a group; null: stays as it is.</summary>
/// <param name="Filter">Empty: no query any more.</param>
[GenerateSerializer, Immutable, Alias("m2m.GroupPatch")]
public sealed record GroupPatch(
    [property: Id(0)] string? DisplayName = null,
    [property: Id(1)] string? Filter = null,
    [property: Id(2)] ImmutableSortedDictionary<string, string>? Characteristics = null,
    [property: Id(3)] int? Precedence = null);
