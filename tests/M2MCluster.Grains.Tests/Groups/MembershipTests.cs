using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Tests.Cluster;
using Orleans.Serialization;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class MembershipTests(GrainCluster cluster) : GrainTests(cluster)
{
    private IGroupMembership Membership => Cluster.Get<IGroupMembership>();

    private async Task<IGroupGrain> GroupAsync(GroupPatch? patch, params string[] members)
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", patch ?? new(), [.. members]);
        return group;
    }

    private static string Id(IGroupGrain group) => group.GetPrimaryKeyString();

    [Fact]
    public async Task AddGroups_OneInAnother_MembersAreThoseOfBothOnce()
    {
        var (one, both, other) = (await CreateAsync(), await CreateAsync(), await CreateAsync());
        var inner = await GroupAsync(null, both, other);
        var outer = await GroupAsync(null, one, both);
        await outer.AddGroups("op", [Id(inner)]);

        Assert.Equal(new[] { one, both, other }.Order(StringComparer.Ordinal), await Membership.MembersAsync(Id(outer), "", 100, default));
        Assert.True(await outer.Has(other));
        Assert.Equal(new[] { Id(inner), Id(outer) }.Order(StringComparer.Ordinal), await Membership.GroupsOfAsync((await Object(other).Get()).Description, default));
        var sent = (await outer.Send(Draft("x"))).Message;
        Assert.Equal(3, (await Cluster.Messages.ListAsync(new(Parent: sent.Id), new(long.MaxValue), 100, default)).Count);

        await outer.RemoveGroups("op", [Id(inner)]);
        Assert.False(await outer.Has(other));
    }

    [Fact]
    public async Task PageAsync_QueryThatFitsFew_ReadsSomeObjectsOnlyAndGoesOn()
    {
        var prefix = Cluster.Fresh("sparse");
        var bulk = Cluster.Get<IBulkCommit>();
        var state = Cluster.Get<Serializer<ObjectState>>().SerializeToArray(Creation.State(1));
        foreach (var chunk in Enumerable.Range(0, 21_000).Select(i => $"{prefix}-{i:d6}").Chunk(bulk.MostObjects))
        {
            var set = new BulkSet(new("import", chunk[0], 0, []));
            foreach (var id in chunk) set.Objects.Add(new(Creation.Describe(id, ObjectKind.Device, new(), Cluster.Time.GetUtcNow()), state, 0));
            Assert.True(await bulk.TryCommitAsync(set));
        }

        var (fits, listed) = ($"{prefix}-020500", $"{prefix}-020600");
        var group = await GroupAsync(new(Filter: $"id = \"{fits}\""), listed);

        var (found, pages) = (new List<string>(), 0);
        for (var after = ""; after is not null; pages++)
        {
            var page = await Membership.PageAsync(Id(group), after, 10, default);
            found.AddRange(page.Members);
            after = page.Next;
        }

        Assert.Equal([fits, listed], found);
        Assert.InRange(pages, 3, 1000);
        Assert.Equal([fits, listed], await Membership.MembersAsync(Id(group), "", 10, default));
    }

    [Fact]
    public async Task AddGroups_Circle_IsRefused()
    {
        var (a, b, c) = (await GroupAsync(null), await GroupAsync(null), await GroupAsync(null));
        await a.AddGroups("op", [Id(b)]);
        await b.AddGroups("op", [Id(c)]);

        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await c.AddGroups("op", [Id(a)]));
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await c.AddGroups("op", [Id(c)]));
        await RefusedAsync(ErrorCode.NotFound, async () => await c.AddGroups("op", ["nowhere"]));
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await b.Delete("op"));
    }

    [Fact]
    public async Task AddGroups_TwoThatWouldCloseACircleTogether_OneIsRefused()
    {
        for (var i = 0; i < 5; i++)
        {
            var (a, b) = (await GroupAsync(null), await GroupAsync(null));
            var outcomes = await Task.WhenAll(TryAsync(a, b), TryAsync(b, a));
            Assert.Single(outcomes, refused => refused);
        }

        static async Task<bool> TryAsync(IGroupGrain group, IGroupGrain child)
        {
            try
            {
                await group.AddGroups("op", [Id(child)]);
                return false;
            }
            catch (M2MException refusal) when (refusal.Code == ErrorCode.FailedPrecondition)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Query_ObjectsThatComeToPass_AreMembersWhenItIsAsked()
    {
        var site = Cluster.Fresh("site");
        var id = await CreateAsync();
        var group = await GroupAsync(new(Filter: $"characteristics.site = \"{site}\""));
        Assert.False(await group.Has(id));
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await group.Send(Draft("x")));

        await Object(id).Update("op", new() { Preconfigured = Says(("site", $"\"{site}\"")) });
        Assert.True(await group.Has(id));
        Assert.Equal([id], await Membership.MembersAsync(Id(group), "", 10, default));
        Assert.Contains(Id(group), await Membership.GroupsOfAsync((await Object(id).Get()).Description, default));
        await group.Send(Draft("x"));
        Assert.NotNull(await Object(id).Fetch(Proved(id), null));
    }

    [Fact]
    public async Task Events_OfMembersOfNestedAndQueriedGroups_AreHeardByTheGroup()
    {
        var site = Cluster.Fresh("site");
        var (nested, queried) = (await CreateAsync(), await CreateAsync(new() { Preconfigured = Says(("site", $"\"{site}\"")) }));
        var inner = await GroupAsync(null, nested);
        var outer = await GroupAsync(new(Filter: $"characteristics.site = \"{site}\""));
        var hears = await ListenAsync($"group = \"{Id(outer)}\"");
        await Object(nested).Report(Proved(nested), Report("before"));
        await outer.AddGroups("op", [Id(inner)]);

        foreach (var id in new[] { nested, queried }) await Object(id).Report(Proved(id), Report("x"));
        await outer.RemoveGroups("op", [Id(inner)]);
        await Object(nested).Report(Proved(nested), Report("after"));

        Assert.Equal(
            new[] { nested, queried }.Select(id => "objects/" + id).Order(StringComparer.Ordinal),
            (await EventsAsync(hears, EventTypes.Report)).Select(told => told.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Characteristics_OfAGroup_HoldFromJoiningToLeaving()
    {
        var (first, later) = (await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "60")) }), await CreateAsync());
        var group = await GroupAsync(new(Characteristics: Says(("reportPeriod", "3600"))), first);
        Assert.Equal(("3600", Id(group)), await SharedAsync(first));
        Assert.Null(await SharedAsync(later));

        await group.Add("op", [later]);
        await group.Update("op", new(Characteristics: Says(("reportPeriod", "1800"))));
        Assert.Equal("1800", (await SharedAsync(first))!.Value.Value);
        Assert.Equal("1800", (await SharedAsync(later))!.Value.Value);

        await group.Remove("op", [later]);
        Assert.Null(await SharedAsync(later));
        await group.Delete("op");
        Assert.Null(await SharedAsync(first));
    }

    [Fact]
    public async Task Characteristics_OfSeveralGroups_TheHighestPrecedenceHolds()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("a", "0")) });
        var low = await GroupAsync(new(Characteristics: Says(("a", "1"), ("b", "1"))), id);
        var inner = await GroupAsync(null, id);
        var high = await GroupAsync(new(Characteristics: Says(("a", "2")), Precedence: 5));
        await high.AddGroups("op", [Id(inner)]);

        var shared = (await Object(id).Get()).Shared!;
        Assert.Equal((new("2", Id(high)), new("1", Id(low))), (shared["a"], shared["b"]));
    }

    [Fact]
    public async Task Characteristics_ReportPeriodOfAGroup_DecidesWhenAMemberIsOverdue()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("reportPeriod", "600")) });
        var hears = await ListenAsync("");
        await GroupAsync(new(Characteristics: Says(("reportPeriod", "86400"))), id);
        await Object(id).Report(Proved(id, M2MCluster.Contracts.Sessions.Bearer.Coap), Report("x"));

        await PassAsync(id, TimeSpan.FromSeconds(1200));
        Assert.Equal(Reachability.Asleep, (await Object(id).Get()).Status.Reachability);
        Assert.DoesNotContain("OVERDUE", await ReachabilitiesAsync(hears));
    }

    [Fact]
    public async Task Characteristics_CommandsOfAGroup_AreWhatAMemberTakes()
    {
        var id = await CreateAsync();
        await GroupAsync(new(Characteristics: Says(("commands", """[{"name":"reset"}]"""))), id);

        var refusal = await RefusedAsync(ErrorCode.InvalidArgument, () => Object(id).Send(Draft("", command: new("open", "POST", "/valve"))).AsTask());
        Assert.Contains("does not declare", refusal.Message, StringComparison.Ordinal);
        await SendAsync(id, Draft("", command: new("reset", "POST", "/")));
    }

    [Fact]
    public async Task Characteristics_MaxPayloadOfAGroup_IsWarnedOfAlsoOnceItChanges()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var group = await GroupAsync(new(Characteristics: Says(("maxPayload", "100"))), id);
        Assert.Null((await Object(id).Send(Draft("0123456789", sender))).Mismatches);

        await group.Update("op", new(Characteristics: Says(("maxPayload", "5"))));
        await Object(id).Report(Proved(id), Report("x"));

        Assert.Equal("SIZE", Data(Assert.Single(await EventsAsync(sender, EventTypes.MessageWarning))).GetProperty("attribute").GetString());
    }

    private async Task<(string Value, string Group)?> SharedAsync(string id) =>
        (await Object(id).Get()).Shared?.GetValueOrDefault("reportPeriod") is { } shared ? (shared.Value, shared.Group) : null;
}
