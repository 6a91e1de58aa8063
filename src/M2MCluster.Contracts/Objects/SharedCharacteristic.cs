namespace M2MCluster.Contracts.Objects;

/// <summary>A characteristic that an object has from a group.</summary>
/// <param name="Value">JSON.</param>
/// <param name="Group">The id of the group that says so.</param>
[GenerateSerializer, Immutable, Alias("m2m.SharedCharacteristic")]
public sealed record SharedCharacteristic([property: Id(0)] string Value, [property: Id(1)] string Group);
