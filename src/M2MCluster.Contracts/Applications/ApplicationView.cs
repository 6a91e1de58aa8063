using System.Collections.Immutable;

namespace M2MCluster.Contracts.Applications;

/// <param name="PermittedSenders">Ids of the applications that may send messages to it, <see cref="AnySender"/> for all; null or empty: none may.</param>
[GenerateSerializer, Immutable, Alias("m2m.ApplicationView")]
public sealed record ApplicationView(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] ImmutableArray<string>? PermittedSenders = null)
{
    /// <summary>As AIP-159 writes any resource of a collection.</summary>
    public const string AnySender = "-";

    /// <summary>Whether that application may send messages to this one; it always may to itself.</summary>
    public bool Permits(string sender) =>
        sender == Id || (PermittedSenders is { } permitted && (permitted.Contains(sender) || permitted.Contains(AnySender)));
}
