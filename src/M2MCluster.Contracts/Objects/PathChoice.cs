using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Objects;

/// <summary>How a message with that preference would choose among the ways to an object that are open now.</summary>
/// <param name="Paths">In the order in which they would be taken.</param>
[GenerateSerializer, Immutable, Alias("m2m.PathChoice")]
public sealed record PathChoice([property: Id(0)] PathPreference Preference, [property: Id(1)] ImmutableArray<PathView> Paths);
