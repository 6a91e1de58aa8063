namespace M2MCluster.Contracts.Applications;

/// <summary>A new API key and, this once, its text.</summary>
[GenerateSerializer, Immutable, Alias("m2m.KeyGrant")]
public sealed record KeyGrant(
    [property: Id(0)] KeyView Key,
    [property: Id(1)] string Secret);
