using System.Collections.Immutable;

namespace M2MCluster.Contracts.Objects;

/// <summary>A change of an object's description; null means: as it was. Lists and maps replace the old ones whole.</summary>
/// <param name="Gateway">The empty string takes the object off its gateway.</param>
[GenerateSerializer, Immutable, Alias("m2m.ObjectPatch")]
public sealed record ObjectPatch
{
    [Id(0)] public string? DisplayName { get; init; }
    [Id(1)] public ImmutableSortedDictionary<string, string>? Preconfigured { get; init; }
    [Id(2)] public PlainAccess? Plain { get; init; }
    [Id(3)] public string? Gateway { get; init; }
    [Id(4)] public ImmutableArray<string>? PermittedGateways { get; init; }
    [Id(5)] public ImmutableArray<string>? Names { get; init; }
    [Id(6)] public MailboxPolicy? Mailbox { get; init; }

    /// <summary>Single characteristics, after <see cref="Preconfigured"/>; an empty text takes the characteristic away.</summary>
    [Id(7)] public ImmutableSortedDictionary<string, string>? PreconfiguredChanges { get; init; }
}
