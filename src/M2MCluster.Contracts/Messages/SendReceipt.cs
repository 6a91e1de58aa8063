namespace M2MCluster.Contracts.Messages;

/// <summary>The message as accepted, and what the sender should know about its chances.</summary>
[GenerateSerializer, Immutable, Alias("m2m.SendReceipt")]
public sealed record SendReceipt(
    [property: Id(0)] MessageRecord Message,
    [property: Id(1)] IReadOnlyList<string> Warnings);
