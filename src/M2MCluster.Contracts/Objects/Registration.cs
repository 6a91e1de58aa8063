using System.Collections.Immutable;

namespace M2MCluster.Contracts.Objects;

/// <summary>What an endpoint registered (RFC 9176).</summary>
/// <param name="Id">Unguessable; the last segment of its <c>/rd/…</c> location. See <see cref="RegistrationId"/>.</param>
/// <param name="Links">CoRE link-format (RFC 6690), as sent; empty if it serves nothing.</param>
/// <param name="Address">Where requests to it go, if it serves any.</param>
/// <param name="Silo">At whose socket the endpoint registered: only from there requests are sure to reach it. Null where there is one node only.</param>
/// <param name="Gateway">Which gateway registered it; null: it did so itself.</param>
[GenerateSerializer, Immutable, Alias("m2m.Registration")]
public sealed record Registration(
    [property: Id(0)] string Id,
    [property: Id(1)] TimeSpan Lifetime,
    [property: Id(2)] string Links,
    [property: Id(3)] Sessions.Bearer Bearer,
    [property: Id(4)] string Address,
    [property: Id(5)] DateTimeOffset RegisteredAt,
    [property: Id(6)] DateTimeOffset ExpiresAt,
    [property: Id(7)] ImmutableSortedDictionary<string, string> Parameters,
    [property: Id(8)] string? Silo = null,
    [property: Id(9)] string? Gateway = null);
