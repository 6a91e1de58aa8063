using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Groups;

/// <summary>A set of objects under one name; the key is its id. At most <see cref="MaxMembers"/> members.</summary>
[Alias("m2m.IGroupGrain"), GrainInterfaceType("m2m.IGroupGrain")]
public interface IGroupGrain : IGrainWithStringKey
{
    const int MaxMembers = 10_000;

    [Alias("Create")] ValueTask<GroupView> Create(string actor, string displayName, ImmutableArray<string> members);

    [Alias("Get")] ValueTask<GroupView> Get();

    [Alias("Delete")] ValueTask Delete(string actor);

    /// <summary>Adds objects; those that are members already stay. <see cref="ErrorCode.NotFound"/> names the objects that do not exist, and then none is added.</summary>
    [Alias("Add")] ValueTask<GroupView> Add(string actor, ImmutableArray<string> objects);

    [Alias("Remove")] ValueTask<GroupView> Remove(string actor, ImmutableArray<string> objects);

    [Alias("Has")] ValueTask<bool> Has(string objectId);

    /// <summary>
    /// Accepts one message to every member of this moment, in one commit, without waking those that sleep. The receipt's message is
    /// the group's; each member's has it as its parent.
    /// </summary>
    [Alias("Send")] ValueTask<SendReceipt> Send(MessageDraft draft);
}
