namespace M2MCluster.Contracts.Messages;

/// <summary>The message as accepted, and what the sender should know about its chances.</summary>
/// <param name="Warnings">In words, those of <paramref name="Mismatches"/> among them.</param>
/// <param name="Mismatches">Null: none.</param>
[GenerateSerializer, Immutable, Alias("m2m.SendReceipt")]
public sealed record SendReceipt(
    [property: Id(0)] MessageRecord Message,
    [property: Id(1)] IReadOnlyList<string> Warnings,
    [property: Id(2)] IReadOnlyList<Mismatch>? Mismatches = null);
