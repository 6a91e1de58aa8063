namespace M2MCluster.Contracts.Objects;

/// <summary>A new credential and, this once, its secret.</summary>
[GenerateSerializer, Immutable, Alias("m2m.CredentialGrant")]
public sealed record CredentialGrant(
    [property: Id(0)] CredentialView Credential,
    [property: Id(1)] string Secret);
