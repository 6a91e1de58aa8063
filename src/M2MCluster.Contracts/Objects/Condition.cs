namespace M2MCluster.Contracts.Objects;

/// <summary>What an object last said of itself that changes by itself: a characteristic with a time.</summary>
/// <param name="Name">One of <see cref="Conditions.Names"/>.</param>
/// <param name="Json">The value as a JSON text.</param>
/// <param name="Since">Unix milliseconds since when it is told so.</param>
[GenerateSerializer, Immutable, Alias("m2m.Condition")]
public readonly record struct Condition(
    [property: Id(0)] string Name,
    [property: Id(1)] string Json,
    [property: Id(2)] long Since);
