using System.Collections.Immutable;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Messages;

/// <summary>Over which ways a message may go (4.5).</summary>
/// <param name="Bearers">None: any.</param>
[GenerateSerializer, Immutable, Alias("m2m.PathPolicy")]
public sealed record PathPolicy([property: Id(0)] ImmutableArray<Bearer> Bearers)
{
    public const int MaxCopies = 3;

    [Id(1)] public PathPreference Preference { get; init; }

    /// <summary>Over so many disjoint ways at once, as far as there are as many (6.9); 0 is 1, at most <see cref="MaxCopies"/>.</summary>
    [Id(2)] public int Copies { get; init; }

    public bool Allows(Bearer bearer) => Bearers.IsDefaultOrEmpty || Bearers.Contains(bearer);

    /// <summary>Whether the sender wants the bearer by name, whatever it costs.</summary>
    public bool Names(Bearer bearer) => !Bearers.IsDefaultOrEmpty && Bearers.Contains(bearer);
}
