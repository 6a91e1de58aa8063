namespace M2MCluster.Contracts.Groups;

[GenerateSerializer, Immutable, Alias("m2m.GroupView")]
public sealed record GroupView(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] int Members,
    [property: Id(3)] DateTimeOffset CreatedAt);
