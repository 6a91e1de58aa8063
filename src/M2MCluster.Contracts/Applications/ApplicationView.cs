namespace M2MCluster.Contracts.Applications;

[GenerateSerializer, Immutable, Alias("m2m.ApplicationView")]
public sealed record ApplicationView(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateTimeOffset CreatedAt);
