namespace M2MCluster.Contracts.Messages;

/// <summary>One thing that happened to a message.</summary>
[GenerateSerializer, Immutable, Alias("m2m.MessageStep")]
public sealed record MessageStep(
    [property: Id(0)] DateTimeOffset Time,
    [property: Id(1)] string What);
