namespace M2MCluster.Contracts.Planning;

/// <summary>A place in a slot that is held for a message.</summary>
/// <param name="Rank">0: for one that could wait; above: for an urgent one that waits its turn, one more than its priority.</param>
/// <param name="InFlow">The slot is one of the message's flow.</param>
[GenerateSerializer, Immutable, Alias("m2m.PlanHold")]
public readonly record struct PlanHold([property: Id(0)] DateTimeOffset At, [property: Id(1)] int Rank, [property: Id(2)] bool InFlow = false);
