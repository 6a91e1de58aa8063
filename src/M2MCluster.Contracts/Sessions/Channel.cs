namespace M2MCluster.Contracts.Sessions;

/// <summary>
/// The way back to an object, left with its grain by the edge when the object shows up. A channel is a lease, not a fact: it may be
/// dead already, so a message leaves the mailbox only on the object's own confirmation.
/// </summary>
/// <param name="Edge">The edge that holds the session.</param>
/// <param name="Silo">The run of the silo whose edge it is (<see cref="ISilos.Local"/>); null where there is one node only.</param>
/// <param name="Session">The edge's own name of the session. For CoAP it is the remote address, which outlives the process.</param>
[GenerateSerializer, Immutable, Alias("m2m.Channel")]
public sealed record Channel(
    [property: Id(0)] IDownlink Edge,
    [property: Id(1)] string Session,
    [property: Id(2)] Bearer Bearer,
    [property: Id(3)] ChannelTraits Traits,
    [property: Id(4)] string? Silo = null);
