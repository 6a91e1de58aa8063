using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Sessions;

/// <summary>One message to all who listen at a group address.</summary>
/// <param name="Address">Where they listen, <c>239.1.2.3:5683</c> or <c>[ff05::1234]:5683</c>.</param>
/// <param name="Owner">Whose address it is, <c>objects/…</c> of a gateway or <c>groups/…</c>: the operator permits it by that.</param>
/// <param name="Message">A command whose method may be repeated; its id names it to the members.</param>
/// <param name="Members">Who is asked for an answer, each at another address.</param>
/// <param name="Until">When those who have not answered are sent it alone; later answers count still, if they come first.</param>
[GenerateSerializer, Immutable, Alias("m2m.GroupCast")]
public sealed record GroupCast(
    [property: Id(0)] string Address,
    [property: Id(1)] string Owner,
    [property: Id(2)] WaitingMessage Message,
    [property: Id(3)] ImmutableArray<CastMember> Members,
    [property: Id(4)] DateTimeOffset Until);
