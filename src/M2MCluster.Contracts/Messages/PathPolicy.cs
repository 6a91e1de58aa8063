using System.Collections.Immutable;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Messages;

/// <summary>Over which ways a message may go (4.5).</summary>
/// <param name="Bearers">None: any.</param>
[GenerateSerializer, Immutable, Alias("m2m.PathPolicy")]
public sealed record PathPolicy([property: Id(0)] ImmutableArray<Bearer> Bearers)
{
    /// <summary>Whether it is named, and not merely allowed.</summary>
    public bool Names(Bearer bearer) => !Bearers.IsDefaultOrEmpty && Bearers.Contains(bearer);

    public bool Allows(Bearer bearer) => Bearers.IsDefaultOrEmpty || Bearers.Contains(bearer);
}
