using System.Collections.Immutable;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class CastingTests(GrainCluster cluster) : GrainTests(cluster)
{
    private const string Address = "239.1.2.3:5683";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Command Led = new("", "PUT", "/led");

    private int _host;

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

        await DispatchedAsync(await outer.Send(Draft("x", command: Led) with { Mode = DeliveryMode.Broadcast }));

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

    private Task<string> GatewayAsync() =>
        CreateAsync(new() { Preconfigured = Says((Characteristics.GroupAddress, $"\"{Address}\"")) }, ObjectKind.Gateway);

    private async Task<string[]> MembersAsync(int count, string? gateway)
    {
        var members = new string[count];
        for (var i = 0; i < count; i++) members[i] = await MemberAsync(gateway);
        return members;
    }

    /// <summary>A CoAP server at an address of its own.</summary>
    private async Task<string> MemberAsync(string? gateway)
    {
        var id = await CreateAsync(new() { Plain = PlainAccess.Full, Gateway = gateway, Preconfigured = Says((Characteristics.Sleeping, "false")) });
        var address = SessionOf(id);
        await Object(id).Register(new(id, Strength.Claimed, Bearer.Coap, address), new(TimeSpan.FromHours(10), "</led>", ImmutableSortedDictionary<string, string>.Empty, Coap(address)));
        Cluster.Edges.Register(Bearer.Coap, Edge);
        return id;
    }

    private readonly Dictionary<string, string> _sessions = [];

    private string SessionOf(string id) => _sessions.TryGetValue(id, out var session) ? session : _sessions[id] = $"192.0.2.{++_host}:5683";

    private IReadOnlyList<Delivery> Delivered(string id) => [.. Edge.DeliveriesTo(SessionOf(id)).Where(delivery => delivery.ObjectId == id)];

    private async Task<ResultReceipt> AnswerAsync(CastMember member, bool ok) =>
        await Object(member.ObjectId).Result(new(member.ObjectId, Strength.Claimed, Bearer.Coap, member.Session), member.Part, new(ok));

    private async Task<MessageRecord> SendAsync(string[] members, string application = "", Confirmation confirmation = Confirmation.Applied, Command? command = null, string text = "x")
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        return await DispatchedAsync(await group.Send(Draft(text, application, confirmation: confirmation, command: command ?? Led) with { Mode = DeliveryMode.Multicast }));
    }

    private async Task<MessageRecord> DispatchedAsync(SendReceipt receipt)
    {
        await UntilAsync(async () =>
        {
            await Whole(receipt.Message).Step();
            return (await Whole(receipt.Message).View())!.Phase is CampaignPhase.Dispatched or CampaignPhase.Ended;
        });
        return receipt.Message;
    }

    private IGroupMessageGrain Whole(MessageRecord sent) => Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

    private Task EndedAsync(MessageRecord sent) => UntilAsync(async () =>
    {
        await Whole(sent).Step();
        return (await FindAsync(sent.Id)).Outcome is not null;
    });

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
