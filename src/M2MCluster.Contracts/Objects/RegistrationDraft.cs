using System.Collections.Immutable;

namespace M2MCluster.Contracts.Objects;

/// <summary>A registration or its update. In an update null means: as it was.</summary>
/// <param name="Parameters">The query parameters but for <c>ep</c> and <c>lt</c>; they become provided characteristics.</param>
[GenerateSerializer, Immutable, Alias("m2m.RegistrationDraft")]
public sealed record RegistrationDraft(
    [property: Id(0)] TimeSpan? Lifetime,
    [property: Id(1)] string? Links,
    [property: Id(2)] ImmutableSortedDictionary<string, string>? Parameters,
    [property: Id(3)] Sessions.Channel? Channel);
