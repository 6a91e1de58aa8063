namespace M2MCluster.Contracts.Objects;

/// <summary>A characteristic that an object has from a group, or from a report task.</summary>
/// <param name="Value">JSON.</param>
/// <param name="Group">The id of the group that says so; empty: it is of a task of the object itself.</param>
/// <param name="Task">The id of the report task that says so, if one does.</param>
[GenerateSerializer, Immutable, Alias("m2m.SharedCharacteristic")]
public sealed record SharedCharacteristic([property: Id(0)] string Value, [property: Id(1)] string Group, [property: Id(2)] string? Task = null);
