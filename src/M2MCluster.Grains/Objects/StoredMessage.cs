using System.Collections.Immutable;
using M2MCluster.Contracts;

namespace M2MCluster.Grains.Objects;

/// <summary>A message that an SMSC has.</summary>
/// <param name="References">The SMSC's ids of its parts; none if it did not tell them.</param>
/// <param name="Arrived">Of those, which arrived.</param>
/// <param name="IsDelivered">All arrived, and the object's result is awaited.</param>
[GenerateSerializer, Immutable, Alias("m2m.StoredMessage")]
internal sealed record StoredMessage(
    [property: Id(0)] MessageId Message,
    [property: Id(1)] long Attempt,
    [property: Id(2)] ImmutableArray<string> References,
    [property: Id(3)] ImmutableArray<string> Arrived,
    [property: Id(4)] bool IsDelivered);
