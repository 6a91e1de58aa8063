using System.Collections.Immutable;
using M2MCluster.Contracts;

namespace M2MCluster.Grains.Objects;

/// <summary>A message that an SMSC has, or may have.</summary>
/// <param name="References">The SMSC's ids of its parts; none if it did not tell them.</param>
/// <param name="Arrived">Of those, which arrived.</param>
/// <param name="IsDelivered">All arrived, and the object's result is awaited.</param>
/// <param name="Parts">How many it goes in; 0: as many as there are references.</param>
/// <param name="IsGivenUp">It was sent again, or is to be: what is still heard of this attempt is late.</param>
/// <param name="Begun">Unix milliseconds at which it was about to be handed over; 0: it is known that the SMSC has all of it.</param>
[GenerateSerializer, Immutable, Alias("m2m.StoredMessage")]
internal sealed record StoredMessage(
    [property: Id(0)] MessageId Message,
    [property: Id(1)] long Attempt,
    [property: Id(2)] ImmutableArray<string> References,
    [property: Id(3)] ImmutableArray<string> Arrived,
    [property: Id(4)] bool IsDelivered,
    [property: Id(13)] int Parts = 0,
    [property: Id(14)] long Begun = 0,
    [property: Id(15)] bool IsGivenUp = false)
{
    /// <summary>Nobody knows yet whether the SMSC has it.</summary>
    public bool IsInDoubt => Begun != 0;
}
