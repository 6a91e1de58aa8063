namespace M2MCluster.Contracts.Sessions;

/// <summary>A member of a group that gets a message by a datagram to many.</summary>
/// <param name="Part">The message of its own of which its answer is the result.</param>
/// <param name="Session">From where it answers: the address at which it takes requests.</param>
[GenerateSerializer, Immutable, Alias("m2m.CastMember")]
public readonly record struct CastMember([property: Id(0)] string ObjectId, [property: Id(1)] MessageId Part, [property: Id(2)] string Session);
