namespace M2MCluster.Contracts.Applications;

[GenerateSerializer, Immutable, Alias("m2m.KeyView")]
public sealed record KeyView(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateTimeOffset CreatedAt);
