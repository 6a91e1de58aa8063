using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Objects;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Groups;

internal sealed class GroupsApi(IGrainFactory grains, IGroupReader groups, IGroupMembership membership, IObjectIndex index) : V1.GroupService.GroupServiceBase
{
    private const int MostScanned = 100_000;

    public override async Task<V1.Group> CreateGroup(V1.CreateGroupRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Group ?? new();
        var id = problems.NewId(request.GroupId, "groupId");
        var patch = GroupRequests.Patch(from, GroupRequests.Changeable.ToHashSet(), problems);
        var (objects, children) = GroupRequests.Members(from.Members, problems);
        problems.ThrowIfAny();
        var actor = context.Principal().Actor;
        var made = await Grain(id).Make(actor, patch, objects);
        return GroupAnswers.Group(children.IsEmpty ? made : await Grain(id).AddGroups(actor, children));
    }

    public override async Task<V1.Group> UpdateGroup(V1.UpdateGroupRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Group ?? new();
        var id = problems.Id(from.Name, Names.Groups, "name");
        var patch = GroupRequests.Patch(from, Masks.Of(request.UpdateMask, from, GroupRequests.Changeable, problems), problems);
        problems.ThrowIfAny();
        return GroupAnswers.Group(await Grain(id).Update(context.Principal().Actor, patch));
    }

    public override async Task<V1.Group> GetGroup(V1.GetGroupRequest request, ServerCallContext context) => GroupAnswers.Group(await Named(request.Name).Get());

    public override async Task<V1.ListGroupsResponse> ListGroups(V1.ListGroupsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        var rows = await groups.ListAsync(after, size + 1, context.CancellationToken);
        var answer = new V1.ListGroupsResponse { Groups = { rows.Take(size).Select(GroupAnswers.Group) } };
        if (rows.Count > size) answer.NextPageToken = Paging.Token(rows[size - 1].Id);
        return answer;
    }

    public override async Task<Empty> DeleteGroup(V1.DeleteGroupRequest request, ServerCallContext context)
    {
        await Named(request.Name).Delete(context.Principal().Actor);
        return new();
    }

    public override async Task<V1.Group> AddMembers(V1.AddMembersRequest request, ServerCallContext context)
    {
        var (id, objects, children) = GroupRequests.Change(request.Name, request.Members);
        var actor = context.Principal().Actor;
        // Groups first: of these one may be refused that lets no object in.
        var view = children.IsEmpty ? null : await Grain(id).AddGroups(actor, children);
        return GroupAnswers.Group(objects.IsEmpty && view is not null ? view : await Grain(id).Add(actor, objects));
    }

    public override async Task<V1.Group> RemoveMembers(V1.RemoveMembersRequest request, ServerCallContext context)
    {
        var (id, objects, children) = GroupRequests.Change(request.Name, request.Members);
        var actor = context.Principal().Actor;
        var view = children.IsEmpty ? null : await Grain(id).RemoveGroups(actor, children);
        return GroupAnswers.Group(objects.IsEmpty && view is not null ? view : await Grain(id).Remove(actor, objects));
    }

    public override async Task<V1.AddMatchingMembersResponse> AddMatchingMembers(V1.AddMatchingMembersRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Name, Names.Groups, "name");
        var after = Paging.After(request.PageToken, problems);
        var filter = ObjectFilters.Parse(request.Filter, problems);
        problems.ThrowIfAny();
        var answer = new V1.AddMatchingMembersResponse { Group = GroupAnswers.Group(await Grain(id).Get()) };
        for (var scanned = 0; scanned < MostScanned; scanned += IGroupGrain.MaxChange)
        {
            var rows = await index.ListAsync(filter.Kind, filter.Gateway, after, IGroupGrain.MaxChange, context.CancellationToken);
            var matching = rows.Where(row => filter.Matches(row.Description)).Select(row => row.Description.Id).ToImmutableArray();
            if (matching.Length > 0) answer.Group = GroupAnswers.Group(await Grain(id).Add(context.Principal().Actor, matching));
            answer.Matched += matching.Length;
            if (rows.Count < IGroupGrain.MaxChange) return answer;
            after = rows[^1].Description.Id;
        }

        answer.NextPageToken = Paging.Token(after);
        return answer;
    }

    public override async Task<V1.ListMembersResponse> ListMembers(V1.ListMembersRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Groups, "parent");
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        var page = await PageAsync(id, after, size, context);
        var answer = new V1.ListMembersResponse { Members = { page.Members.Select(member => Names.Objects + member) } };
        if (page.Next is { } next) answer.NextPageToken = Paging.Token(next);
        return answer;
    }

    public override async Task<V1.SearchMembersResponse> SearchMembers(V1.SearchMembersRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Groups, "parent");
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        var filter = ObjectFilters.Parse(request.Filter, problems);
        problems.ThrowIfAny();
        var page = await PageAsync(id, after, size, context);

        // By their rows: a search wakes nobody.
        var fitting = (await index.DescribeAsync(page.Members, context.CancellationToken)).Where(filter.Matches).Select(member => member.Id);
        var answer = new V1.SearchMembersResponse { Members = { fitting.Order(StringComparer.Ordinal).Select(member => Names.Objects + member) } };

        // A page is of members looked at: it may be short, even empty, and still have a next one.
        if (page.Next is { } next) answer.NextPageToken = Paging.Token(next);
        return answer;
    }

    public override async Task<V1.TestMemberResponse> TestMember(V1.TestMemberRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Groups, "parent");
        var member = problems.Id(request.Member, Names.Objects, "member");
        problems.ThrowIfAny();
        return new() { Member = await Grain(id).Has(member) };
    }

    // The group's grain would count all members.
    private async ValueTask<MemberPage> PageAsync(string id, string after, int size, ServerCallContext context) => await groups.ExistsAsync(id, context.CancellationToken)
        ? await membership.PageAsync(id, after, size, context.CancellationToken) : throw M2MException.NotFound(Names.Groups + id);

    private IGroupGrain Grain(string id) => grains.GetGrain<IGroupGrain>(id);

    private IGroupGrain Named(string name)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Groups, "name");
        problems.ThrowIfAny();
        return Grain(id);
    }
}
