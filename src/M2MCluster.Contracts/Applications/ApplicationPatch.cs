using System.Collections.Immutable;

namespace M2MCluster.Contracts.Applications;

/// <summary>A change of an application; null means: as it was.</summary>
/// <param name="PermittedSenders">Replaces the former ones whole; see <see cref="ApplicationView.PermittedSenders"/>.</param>
[GenerateSerializer, Immutable, Alias("m2m.ApplicationPatch")]
public sealed record ApplicationPatch(
    [property: Id(0)] string? DisplayName = null,
    [property: Id(1)] ImmutableArray<string>? PermittedSenders = null);
