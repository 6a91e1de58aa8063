namespace M2MCluster.Contracts.Qos;

/// <summary>What a flow asks of the network below it (6.4, D.3.3).</summary>
/// <param name="Bandwidth">Bits a second; null: whatever a profile of that deadline has.</param>
/// <param name="Deadline">The delay that the network should not exceed; null: any.</param>
/// <param name="Precedence">0 to 7, 7 first: who has more may take what who has less holds.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosTerms")]
public sealed record QosTerms(
    [property: Id(0)] long? Bandwidth,
    [property: Id(1)] TimeSpan? Deadline,
    [property: Id(2)] int Precedence,
    [property: Id(3)] QosWhenFull WhenFull);
