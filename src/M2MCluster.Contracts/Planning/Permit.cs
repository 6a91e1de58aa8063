namespace M2MCluster.Contracts.Planning;

/// <summary>The answer to who wants to leave now.</summary>
/// <param name="Granted">It counts as sent.</param>
/// <param name="Hold">Not granted: where a place is held for it; it asks again then.</param>
/// <param name="Until">Granted: the end of the slot in which it counts; who has not left by then asks again. Default: a silo of an earlier release did not say.</param>
[GenerateSerializer, Immutable, Alias("m2m.Permit")]
public readonly record struct Permit([property: Id(0)] bool Granted, [property: Id(1)] PlanHold? Hold, [property: Id(13)] DateTimeOffset Until = default);
