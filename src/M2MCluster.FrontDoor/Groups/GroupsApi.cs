using System.Collections.Immutable;
using Google.Protobuf.Collections;
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

internal sealed class GroupsApi(IGrainFactory grains, IGroupReader groups) : V1.GroupService.GroupServiceBase
{
    private const int MaxDisplayName = 256;
    private const int DescribedAtOnce = 32;

    public override async Task<V1.Group> CreateGroup(V1.CreateGroupRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Group ?? new();
        var id = problems.NewId(request.GroupId, "groupId");
        var displayName = problems.Text(from.DisplayName, MaxDisplayName, "displayName");
        var members = MembersOf(from.Members, problems);
        problems.ThrowIfAny();
        return Answer(await Grain(id).Create(context.Principal().Actor, displayName, members));
    }

    public override async Task<V1.Group> GetGroup(V1.GetGroupRequest request, ServerCallContext context) => Answer(await Named(request.Name).Get());

    public override async Task<V1.ListGroupsResponse> ListGroups(V1.ListGroupsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        var rows = await groups.ListAsync(after, size + 1, context.CancellationToken);
        var answer = new V1.ListGroupsResponse { Groups = { rows.Take(size).Select(Answer) } };
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
        var (id, members) = Change(request.Name, request.Members);
        return Answer(await Grain(id).Add(context.Principal().Actor, members));
    }

    public override async Task<V1.Group> RemoveMembers(V1.RemoveMembersRequest request, ServerCallContext context)
    {
        var (id, members) = Change(request.Name, request.Members);
        return Answer(await Grain(id).Remove(context.Principal().Actor, members));
    }

    public override async Task<V1.ListMembersResponse> ListMembers(V1.ListMembersRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Groups, "parent");
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        await Grain(id).Get();
        var rows = await groups.MembersAsync(id, after, size + 1, context.CancellationToken);
        var answer = new V1.ListMembersResponse { Members = { rows.Take(size).Select(member => Names.Objects + member) } };
        if (rows.Count > size) answer.NextPageToken = Paging.Token(rows[size - 1]);
        return answer;
    }

    public override async Task<V1.SearchMembersResponse> SearchMembers(V1.SearchMembersRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Groups, "parent");
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        var filter = ObjectFilter.Parse(request.Filter, problems);
        problems.ThrowIfAny();
        await Grain(id).Get();

        var rows = await groups.MembersAsync(id, after, size + 1, context.CancellationToken);
        var answer = new V1.SearchMembersResponse();
        foreach (var part in rows.Take(size).Chunk(DescribedAtOnce))
        {
            var fitting = await Task.WhenAll(part.Select(member => FitsAsync(member, filter)));
            answer.Members.AddRange(part.Where((_, i) => fitting[i]).Select(member => Names.Objects + member));
        }

        // A page is of members looked at: it may be short, even empty, and still have a next one.
        if (rows.Count > size) answer.NextPageToken = Paging.Token(rows[size - 1]);
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

    private async Task<bool> FitsAsync(string member, ObjectFilter filter)
    {
        try
        {
            return filter.Matches((await grains.GetObject(member).Get()).Description);
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            return false;
        }
    }

    private IGroupGrain Grain(string id) => grains.GetGrain<IGroupGrain>(id);

    private IGroupGrain Named(string name)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Groups, "name");
        problems.ThrowIfAny();
        return Grain(id);
    }

    private static (string Group, ImmutableArray<string> Members) Change(string name, RepeatedField<string> members)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Groups, "name");
        problems.Require(members.Count > 0, "members", "are needed");
        var ids = MembersOf(members, problems);
        problems.ThrowIfAny();
        return (id, ids);
    }

    private static ImmutableArray<string> MembersOf(RepeatedField<string> members, Problems problems)
    {
        problems.Require(members.Count <= IGroupGrain.MaxMembers, "members", $"are at most {IGroupGrain.MaxMembers}");
        return [.. members.Select((name, i) => problems.Id(name, Names.Objects, $"members[{i}]")).Distinct(StringComparer.Ordinal)];
    }

    private static V1.Group Answer(GroupView from) => new()
    {
        Name = Names.Groups + from.Id,
        DisplayName = from.DisplayName,
        MemberCount = from.Members,
        CreateTime = from.CreatedAt.ToTimestamp(),
    };
}
