namespace M2MCluster.Contracts.Objects;

/// <summary>A credential without its secret.</summary>
[GenerateSerializer, Immutable, Alias("m2m.CredentialView")]
public sealed record CredentialView(
    [property: Id(0)] string Id,
    [property: Id(1)] CredentialKind Kind,
    [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] DateTimeOffset? RevokedAt);
