using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Messages;

/// <summary>A way to an object as it was weighed for a message.</summary>
/// <param name="Gateway">The gateway over which it leads; null: directly to the object.</param>
/// <param name="Cost">Of the message, in the operator's unit, by the tariff of the time.</param>
/// <param name="Delay">Expected until the object confirms: as measured, else the operator's figure.</param>
/// <param name="Failures">Attempts that failed lately, each counting half after a while.</param>
/// <param name="RestsUntil">It failed and is left until then; null: it does not rest.</param>
/// <param name="IsChosen">The message goes, or went, over it.</param>
/// <param name="Reason">Why, or why not, in words.</param>
[GenerateSerializer, Immutable, Alias("m2m.PathView")]
public sealed record PathView(
    [property: Id(0)] Bearer Bearer,
    [property: Id(1)] string? Gateway,
    [property: Id(2)] double Cost,
    [property: Id(3)] TimeSpan Delay,
    [property: Id(4)] double Failures,
    [property: Id(5)] DateTimeOffset? RestsUntil,
    [property: Id(6)] bool IsChosen,
    [property: Id(7)] string Reason);
