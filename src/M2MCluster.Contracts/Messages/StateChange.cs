namespace M2MCluster.Contracts.Messages;

/// <summary>A message came into a state.</summary>
[GenerateSerializer, Immutable, Alias("m2m.StateChange")]
public sealed record StateChange([property: Id(0)] DateTimeOffset Time, [property: Id(1)] MessageState State);
