namespace M2MCluster.Contracts.Objects;

/// <param name="Shared">What it has from its groups and from report tasks, by name; null: nothing.</param>
[GenerateSerializer, Immutable, Alias("m2m.ObjectView")]
public sealed record ObjectView(
    [property: Id(0)] ObjectDescription Description,
    [property: Id(1)] ObjectStatus Status,
    [property: Id(2)] IReadOnlyDictionary<string, SharedCharacteristic>? Shared = null);
