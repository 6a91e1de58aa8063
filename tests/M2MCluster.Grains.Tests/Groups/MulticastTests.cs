using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class MulticastTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Multicast_ChildrenOfTwoGatewaysAndOneAlone_TwoFramesAndOnePart()
    {
        var gateways = new[] { await CreateAsync(kind: ObjectKind.Gateway), await CreateAsync(kind: ObjectKind.Gateway) };
        var children = new List<string>();
        for (var i = 0; i < 6; i++) children.Add(await CreateAsync(new() { Gateway = gateways[i % 2] }));
        var alone = await CreateAsync();
        var sender = await ListenAsync(null);
        var sent = await SendAsync([.. children, alone], sender);

        foreach (var gateway in gateways)
        {
            var frame = (await Object(gateway).Fetch(Proved(gateway), null))!;
            using var content = JsonDocument.Parse(frame.Payload);
            var named = content.RootElement.GetProperty("for").EnumerateArray().Select(child => child.GetString()!).ToList();
            Assert.Equal(children.Where((_, i) => gateways[i % 2] == gateway).Order(StringComparer.Ordinal), named);
            Assert.Equal("eA==", content.RootElement.GetProperty("payload").GetString());
            Assert.Null(await Object(named[0]).Fetch(Proved(named[0]), null));
            var results = $$$"""{"results":{"{{{named[0]}}}":"error"}}""";
            await Object(gateway).Result(Proved(gateway), frame.Id, new(true, "application/json", Encoding.UTF8.GetBytes(results)));
        }

        var own = (await Object(alone).Fetch(Proved(alone), null))!;
        Assert.Equal("x"u8.ToArray(), own.Payload);
        await Object(alone).Result(Proved(alone), own.Id, new(true));
        await EndedAsync(sent);

        Assert.Equal("5 APPLIED, 2 REJECTED", (await FindAsync(sent.Id)).Detail);
        Assert.Equal(children.Append(alone).Select(id => "objects/" + id).Order(StringComparer.Ordinal), (await PartsAsync(sent)).Select(part => part.Target).Order(StringComparer.Ordinal));
        var told = await OutcomesAsync(sender);
        Assert.Equal(7, told.Count);
        Assert.All(told, outcomes => Assert.Single(outcomes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Multicast_ChildThatOnlySends_FailsWhateverItsGatewaySays(bool byGroup)
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var children = new[] { await CreateAsync(new() { Gateway = gateway }), await CreateAsync(new() { Gateway = gateway }) };
        var sendOnly = Says((Characteristics.SendOnly, "true"));
        var sends = await CreateAsync(new() { Gateway = gateway, Preconfigured = byGroup ? null : sendOnly });
        if (byGroup)
        {
            // Another group than the one that is sent to, and not the only one that speaks of it.
            await ShareAsync(sendOnly, 2, sends);
            await ShareAsync(Says((Characteristics.SendOnly, "false")), 1, sends);
        }

        var sent = await SendAsync([.. children, sends]);

        var frame = (await Object(gateway).Fetch(Proved(gateway), null))!;
        await Object(gateway).Result(Proved(gateway), frame.Id, new(true));
        await Object(sends).Wake(0);
        await EndedAsync(sent);

        var failed = Assert.Single(await PartsAsync(sent), part => part.Outcome == Outcome.Failed);
        Assert.Equal(($"objects/{sends}", "the object only sends"), (failed.Target, failed.Detail));
        Assert.Equal("2 APPLIED, 1 FAILED", (await FindAsync(sent.Id)).Detail);
    }

    [Fact]
    public async Task Multicast_GatewayNeverComes_ItsChildrenExpire()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var children = new[] { await CreateAsync(new() { Gateway = gateway }), await CreateAsync(new() { Gateway = gateway }) };
        var sent = await SendAsync(children, ttl: 60);

        await PassAsync(gateway, TimeSpan.FromSeconds(61));
        await EndedAsync(sent);

        Assert.All(await PartsAsync(sent), part => Assert.Equal(Outcome.Expired, part.Outcome));
        Assert.Equal(2, (await PartsAsync(sent)).Count);
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"results":{"\ud800":"ok"}}""")]
    [InlineData("""{"results":{"a":"\ud800"}}""")]
    [InlineData("{\"\u00ff\":1}")]
    public async Task Multicast_GatewayAnswersInNoUnicode_ItsResultHoldsForAll(string answer)
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var sent = await SendAsync([await CreateAsync(new() { Gateway = gateway }), await CreateAsync(new() { Gateway = gateway })]);
        var frame = (await Object(gateway).Fetch(Proved(gateway), null))!;
        await Object(gateway).Result(Proved(gateway), frame.Id, new(true, "application/json", Encoding.Latin1.GetBytes(answer)));

        await EndedAsync(sent);
        Assert.Equal("2 APPLIED", (await FindAsync(sent.Id)).Detail);
    }

    [Fact]
    public async Task Multicast_CommandThatSomeChildrenDoNotTakeNow_GoesToTheseAlone()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var (holder, sender) = (await ListenAsync(null), await ListenAsync(null));
        var free = new[] { await CreateAsync(new() { Gateway = gateway }), await CreateAsync(new() { Gateway = gateway }) };
        var held = await CreateAsync(new() { Gateway = gateway });
        await Object(held).Hold(holder, TimeSpan.FromMinutes(10), 0);
        var other = await CreateAsync(new() { Gateway = gateway, Preconfigured = Says(("commands", """["/other"]""")) });
        var sent = await SendAsync([.. free, held, other], Draft("x", sender, command: new("", "POST", "/set")));

        using var content = JsonDocument.Parse((await Object(gateway).Fetch(Proved(gateway), null))!.Payload);
        Assert.Equal(free.Order(StringComparer.Ordinal), content.RootElement.GetProperty("for").EnumerateArray().Select(child => child.GetString()!));
        Assert.Equal(new[] { held, other }.Select(id => "objects/" + id).Order(StringComparer.Ordinal), (await PartsAsync(sent)).Select(part => part.Target).Order(StringComparer.Ordinal));
        Assert.Null(await Object(held).Fetch(Proved(held), null));
        await Object(other).Wake(0);
        Assert.Equal(Outcome.Failed, (await PartsAsync(sent)).Single(part => part.Target == "objects/" + other).Outcome);
        await Object(held).Release(holder);
        Assert.NotNull(await Object(held).Fetch(Proved(held), null));
    }

    [Fact]
    public async Task Multicast_WithAConstraint_IsHeldBackByEachChildsOwnCondition()
    {
        var gateway = await CreateAsync(kind: ObjectKind.Gateway);
        var children = new[] { await CreateAsync(new() { Gateway = gateway }), await CreateAsync(new() { Gateway = gateway }) };
        await Object(children[0]).Report(Proved(children[0]), Report("full") with { Conditions = Says(("battery", "90")) });
        await Object(children[1]).Report(Proved(children[1]), Report("low") with { Conditions = Says(("battery", "10")) });
        await Object(gateway).Report(Proved(gateway), Report("full") with { Conditions = Says(("battery", "90")) });
        await SendAsync(children, Draft("x") with { Terms = new() { Constraint = "battery > 40" } });

        Assert.Null(await Object(gateway).Fetch(Proved(gateway), null));
        Assert.NotNull(await Object(children[0]).Fetch(Proved(children[0]), null));
        Assert.Null(await Object(children[1]).Fetch(Proved(children[1]), null));
    }

    private async Task ShareAsync(ImmutableSortedDictionary<string, string> characteristics, int precedence, params string[] members)
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new() { Characteristics = characteristics, Precedence = precedence }, [.. members]);
    }

    private Task<MessageRecord> SendAsync(string[] members, string application = "", int ttl = 3600) => SendAsync(members, Draft("x", application, ttl));

    private async Task<MessageRecord> SendAsync(string[] members, MessageDraft draft)
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        var sent = (await group.Send(draft with { Mode = DeliveryMode.Multicast })).Message;
        await UntilAsync(async () =>
        {
            await Whole(sent).Step();
            return (await Whole(sent).View())!.Phase == CampaignPhase.Dispatched;
        });
        return sent;
    }

    private IGroupMessageGrain Whole(MessageRecord sent) => Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

    private Task EndedAsync(MessageRecord sent) => UntilAsync(async () =>
    {
        await Whole(sent).Step();
        return (await FindAsync(sent.Id)).Outcome is not null;
    });

    private async Task<IReadOnlyList<MessageRecord>> PartsAsync(MessageRecord sent) =>
        await Cluster.Messages.ListAsync(new MessageQuery(Parent: sent.Id), new(long.MaxValue), 100, CancellationToken.None);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
