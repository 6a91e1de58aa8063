using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Sessions;

/// <summary>One attempt to push one message over one channel.</summary>
/// <param name="ObjectId">Whom it is for; on a gateway's session it may be a child.</param>
/// <param name="Attempt">Names the attempt; a settlement that names an older one changes nothing.</param>
/// <param name="MaxDatagram">Bytes of the largest datagram to whom it is for; null: any, or as its session says.</param>
[GenerateSerializer, Immutable, Alias("m2m.Delivery")]
public sealed record Delivery(
    [property: Id(0)] string ObjectId,
    [property: Id(1)] long Attempt,
    [property: Id(2)] WaitingMessage Message,
    [property: Id(3)] int? MaxDatagram = null);
