using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <param name="Hash">See <see cref="SecretHasher"/>.</param>
/// <param name="CreatedAt">Unix milliseconds, as <paramref name="RevokedAt"/>; 0: not revoked.</param>
[GenerateSerializer, Immutable, Alias("m2m.StoredCredential")]
internal sealed record StoredCredential(
    [property: Id(0)] string Id,
    [property: Id(1)] CredentialKind Kind,
    [property: Id(2)] byte[] Hash,
    [property: Id(3)] long CreatedAt,
    [property: Id(4)] long RevokedAt);
