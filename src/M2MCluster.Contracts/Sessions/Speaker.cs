namespace M2MCluster.Contracts.Sessions;

/// <summary>Who speaks on a session, and how well that is proved, whatever carries it. The edge states it, the grain judges it.</summary>
/// <param name="ObjectId">The device, or the gateway that speaks for its child.</param>
/// <param name="Address">Where it speaks from, as its bearer writes addresses (<c>192.0.2.1:5683</c>).</param>
/// <param name="Epoch">That of the session, where it has one: what an earlier session than the last still had to say is refused. 0: none.</param>
/// <param name="IsGone">What it left to be said after its session's end: it is not there, and nobody heard of it.</param>
[GenerateSerializer, Immutable, Alias("m2m.Speaker")]
public readonly record struct Speaker(
    [property: Id(0)] string ObjectId,
    [property: Id(1)] Strength Strength,
    [property: Id(2)] Bearer Bearer,
    [property: Id(3)] string Address,
    [property: Id(4)] long Epoch = 0,
    [property: Id(5)] bool IsGone = false);
