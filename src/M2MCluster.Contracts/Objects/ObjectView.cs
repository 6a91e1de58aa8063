namespace M2MCluster.Contracts.Objects;

[GenerateSerializer, Immutable, Alias("m2m.ObjectView")]
public sealed record ObjectView(
    [property: Id(0)] ObjectDescription Description,
    [property: Id(1)] ObjectStatus Status);
