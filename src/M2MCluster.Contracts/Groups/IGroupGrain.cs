using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Contracts.Groups;

/// <summary>A set of objects under one name; the key is its id. Its members are rows, of which the grain holds none in memory.</summary>
[Alias("m2m.IGroupGrain"), GrainInterfaceType("m2m.IGroupGrain")]
public interface IGroupGrain : IGrainWithStringKey
{
    /// <summary>Members that were added one by one, at most; a query may have more.</summary>
    const int MaxMembers = 2_000_000;

    /// <summary>Members that one call adds or removes at most.</summary>
    const int MaxChange = 10_000;

    /// <summary>Groups in a group at most.</summary>
    const int MaxGroups = 1000;

    [Alias("Create")] ValueTask<GroupView> Create(string actor, string displayName, ImmutableArray<string> members);

    /// <summary>Creates it with all that it is.</summary>
    [Alias("Make")] ValueTask<GroupView> Make(string actor, GroupPatch patch, ImmutableArray<string> members);

    [Alias("Get")] ValueTask<GroupView> Get();

    [Alias("Delete")] ValueTask Delete(string actor);

    /// <summary>Adds objects; those that are members already stay. <see cref="ErrorCode.NotFound"/> names the objects that do not exist, and then none is added.</summary>
    [Alias("Add")] ValueTask<GroupView> Add(string actor, ImmutableArray<string> objects);

    [Alias("Remove")] ValueTask<GroupView> Remove(string actor, ImmutableArray<string> objects);

    /// <summary>Whether the object is a member now: itself, by a group in this one, or by a query.</summary>
    [Alias("Has")] ValueTask<bool> Has(string objectId);

    /// <summary>
    /// Accepts one message to every member of this moment, without waking those that sleep. The receipt's message is the group's; each member's has it as its parent. To few
    /// members all are written in this commit; to many, or with <see cref="MessageDraft.Campaign"/>, the list of members is, and each gets its part though the node dies.
    /// </summary>
    [Alias("Send")] ValueTask<SendReceipt> Send(MessageDraft draft);

    [Alias("Update")] ValueTask<GroupView> Update(string actor, GroupPatch patch);

    /// <summary>Puts groups into this one; <see cref="ErrorCode.FailedPrecondition"/>: this one is in one of them, <see cref="ErrorCode.NotFound"/>: one does not exist.</summary>
    [Alias("AddGroups")] ValueTask<GroupView> AddGroups(string actor, ImmutableArray<string> groups);

    /// <summary>Its members report by this from now on; one of the same task is replaced.</summary>
    [Alias("TakeDuty")] ValueTask TakeDuty(ReportDuty duty);

    /// <summary>The task asks nothing of its members any more.</summary>
    [Alias("DropDuty")] ValueTask DropDuty(string task);

    [Alias("RemoveGroups")] ValueTask<GroupView> RemoveGroups(string actor, ImmutableArray<string> groups);
}
