using System.Collections.Immutable;

namespace M2MCluster.Contracts.Qos;

/// <summary>A flow that an application opens by itself, for one object or several.</summary>
/// <param name="Flow">Its id, a timed id.</param>
/// <param name="Target"><c>objects/ID</c> or <c>groups/ID</c>, as it was asked for.</param>
/// <param name="Application">Empty: an operator.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosOpening")]
public sealed record QosOpening(
    [property: Id(0)] MessageId Flow,
    [property: Id(1)] string Target,
    [property: Id(2)] ImmutableArray<string> Objects,
    [property: Id(3)] string Application,
    [property: Id(4)] QosTerms Terms,
    [property: Id(5)] TimeSpan Duration);
