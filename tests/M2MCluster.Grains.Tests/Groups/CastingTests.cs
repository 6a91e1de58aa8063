using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class CastingTests(GrainCluster cluster) : LinkTests(cluster)
{
    [Fact]
    public async Task Multicast_GatewayHasAGroupAddress_OneDatagramAndEachItsOutcome()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(3, gateway);
        var alone = await MemberAsync(null);
        var sender = await ListenAsync(null);
        var sent = await SendAsync([.. members, alone], sender);

        var cast = Assert.Single(Edge.Casts);
        Assert.Equal((Address, "objects/" + gateway), (cast.Address, cast.Owner));
        Assert.Equal(members, cast.Members.Select(member => member.ObjectId));
        Assert.Equal("x"u8.ToArray(), cast.Message.Payload);
        // Who is on the link waits for the answers, the other one is pushed to alone.
        await UntilAsync(() => Task.FromResult(Delivered(alone).Count == 1));
        Assert.All(members, member => Assert.Empty(Delivered(member)));

        await AnswerAsync(cast.Members[0], ok: true);
        await AnswerAsync(cast.Members[1], ok: false);
        // What one says twice, or after its end, changes nothing.
        Assert.Equal(ResultReceipt.Conflict, await AnswerAsync(cast.Members[1], ok: true));
        await PassAsync(members[2], TimeSpan.FromSeconds(11));
        var again = Assert.Single(Delivered(members[2]));
        Assert.Equal((cast.Members[2].Part, (Contracts.MessageId?)sent.Id), (again.Message.Id, again.Message.CastAs));
        await Object(members[2]).Settle(again.Message.Id, again.Attempt, new(SettlementKind.Answered, new(true)));
        await Object(alone).Settle(Delivered(alone)[0].Message.Id, Delivered(alone)[0].Attempt, new(SettlementKind.Answered, new(true)));

        await EndedAsync(sent);
        Assert.Equal("3 APPLIED, 1 REJECTED", (await FindAsync(sent.Id)).Detail);
        Assert.Single(Edge.Casts);
        var told = await OutcomesAsync(sender);
        Assert.Equal(4, told.Count);
        Assert.All(told, outcomes => Assert.Single(outcomes));
    }

    [Theory]
    [InlineData(Characteristics.SendOnly, "[\"COAP\"]")]
    [InlineData(Characteristics.Commands, "[\"/other\"]")]
    public async Task Multicast_GroupSharesWhatSpeaksAgainstIt_GoesToEachAlone(string name, string value)
    {
        var members = await MembersAsync(3, await GatewayAsync());
        await Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group")).Make("op", new() { Characteristics = Says((name, value)) }, [members[0]]);

        await SendAsync(members);

        Assert.Empty(Edge.Casts);
    }

    [Fact]
    public async Task Multicast_LateAnswerWhileItIsPushedAlone_OneOutcome()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(2, gateway);
        var sender = await ListenAsync(null);
        var sent = await SendAsync(members, sender);
        var cast = Assert.Single(Edge.Casts);
        await AnswerAsync(cast.Members[0], ok: true);
        await PassAsync(members[1], TimeSpan.FromSeconds(11));
        var again = Assert.Single(Delivered(members[1]));

        await AnswerAsync(cast.Members[1], ok: true);
        await Object(members[1]).Settle(again.Message.Id, again.Attempt, new(SettlementKind.Answered, new(false)));
        await EndedAsync(sent);

        Assert.Equal("2 APPLIED", (await FindAsync(sent.Id)).Detail);
        Assert.All(await OutcomesAsync(sender), outcomes => Assert.Single(outcomes));
    }

    [Fact]
    public async Task Multicast_GroupSharesAnAddress_ItsMembersAreOneLinkAlsoWithinAnotherGroup()
    {
        var members = await MembersAsync(3, null);
        var outsider = await MemberAsync(null);
        var inner = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await inner.Make("op", new() { Characteristics = Says((Characteristics.GroupAddress, $"\"{Address}\"")) }, [.. members]);
        var outer = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await outer.Create("op", "", [outsider]);
        await outer.AddGroups("op", [inner.GetPrimaryKeyString()]);

        await DispatchedAsync((await outer.Send(Draft("x", command: Led) with { Mode = DeliveryMode.Broadcast })).Message);

        var cast = Assert.Single(Edge.Casts);
        Assert.Equal("groups/" + inner.GetPrimaryKeyString(), cast.Owner);
        Assert.Equal(members.Order(StringComparer.Ordinal), cast.Members.Select(member => member.ObjectId));
    }

    [Fact]
    public async Task Multicast_Unconfirmed_IsSentOnceTheDatagramHasLeft()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(2, gateway);
        var sent = await SendAsync(members, confirmation: Confirmation.None);
        await EndedAsync(sent);

        Assert.Equal((Outcome.Sent, "2 SENT"), ((await FindAsync(sent.Id)).Outcome!.Value, (await FindAsync(sent.Id)).Detail));
        // An answer is told all the same.
        Assert.Equal(ResultReceipt.Recorded, await AnswerAsync(Edge.Casts[0].Members[0], ok: true));
    }

    [Fact]
    public async Task Multicast_EdgeDoesNotPermitIt_EachGetsItAlone()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(2, gateway);
        Edge.PermitsCasts = false;
        var sent = await SendAsync(members);

        foreach (var member in members)
        {
            await PassAsync(member, TimeSpan.FromSeconds(11));
            var push = Assert.Single(Delivered(member));
            await Object(member).Settle(push.Message.Id, push.Attempt, new(SettlementKind.Answered, new(true)));
        }

        await EndedAsync(sent);
        Assert.Equal("2 APPLIED", (await FindAsync(sent.Id)).Detail);
    }

    [Fact]
    public async Task Multicast_NotAllListenersAreMembers_NoDatagram()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(3, gateway);
        await SendAsync(members[..2]);
        Assert.Empty(Edge.Casts);
    }

    [Fact]
    public async Task Multicast_OneMustNotHearItInClearText_NoDatagram()
    {
        var gateway = await GatewayAsync();
        var members = await MembersAsync(3, gateway);
        await Object(members[1]).Update("op", new() { Plain = PlainAccess.Reports });
        await SendAsync(members);
        Assert.Empty(Edge.Casts);
    }

    [Fact]
    public async Task Multicast_GatewayItselfNamesAnAddress_CountsForNothing()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        await Object(gateway).Attach(Proved(gateway), Mqtt(gateway), Says((Characteristics.GroupAddress, $"\"{Address}\"")));
        await SendAsync(await MembersAsync(2, gateway));
        Assert.Empty(Edge.Casts);
    }

    [Theory]
    [InlineData("POST", 1)]
    [InlineData("PUT", 1025)]
    public async Task Multicast_WhatMayNotBeRepeatedOrFitsNoDatagram_NoDatagram(string method, int size)
    {
        var gateway = await GatewayAsync();
        await SendAsync(await MembersAsync(2, gateway), command: Led with { Method = method }, text: new('x', size));
        Assert.Empty(Edge.Casts);
    }
}
