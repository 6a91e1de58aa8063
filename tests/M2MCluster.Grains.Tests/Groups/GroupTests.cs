using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class GroupTests(GrainCluster cluster) : GrainTests(cluster)
{
    private async Task<IGroupGrain> GroupAsync(params string[] members)
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        return group;
    }

    [Fact]
    public async Task Send_SleepersAndOnlineOnes_OnlyTheOnlineAreCalled()
    {
        var (asleep, online) = (await CreateAsync(), await CreateAsync());
        await Object(online).Attach(Proved(online), Mqtt(online), null);
        await Cluster.ForgetAsync(Object(asleep));
        var group = await GroupAsync(asleep, online);

        var sent = await group.Send(Draft("x"));
        await Object(online).Get();

        Assert.False(Cluster.IsActive(Object(asleep)));
        Assert.Equal(sent.Message.Id, (await FindAsync(Assert.Single(Edge.DeliveriesTo(online)).Message.Id)).Parent);
        Assert.Equal("x"u8.ToArray(), (await Object(asleep).Fetch(Proved(asleep), null))!.Payload);
    }

    [Fact]
    public async Task Send_MemberInMemoryAndAsleep_SeesItOnItsNextTurn()
    {
        var id = await CreateAsync();
        await Object(id).Get();

        await (await GroupAsync(id)).Send(Draft("x"));

        Assert.NotNull(await Object(id).Fetch(Proved(id), null));
    }

    [Fact]
    public async Task Send_ReadOfTheInboxFails_IsSeenByTheTurnAfter()
    {
        var id = await CreateAsync();
        var group = await GroupAsync(id);
        await group.Send(Draft("1", coalesce: "k"));
        await group.Send(Draft("2", coalesce: "k"));
        Cluster.Pipeline.Fail(id, Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Get());

        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Send_SameKeyTwice_TheSleeperGetsTheLast()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var group = await GroupAsync(id);
        await group.Send(Draft("1", sender, coalesce: "k"));
        await group.Send(Draft("2", sender, coalesce: "k"));

        Assert.Equal("2"u8.ToArray(), (await Object(id).Fetch(Proved(id), null))!.Payload);
        Assert.Equal(["SUPERSEDED"], Assert.Single(await OutcomesAsync(sender)));
    }

    [Fact]
    public async Task Send_MoreThanTheMailboxHolds_EndsAsIfSentOneByOne()
    {
        var id = await CreateAsync(new() { Mailbox = new(MaxMessages: 2, WhenFull: EvictionPolicy.Refuse) });
        var sender = await ListenAsync(null);
        var group = await GroupAsync(id);
        for (var i = 0; i < 3; i++) await group.Send(Draft($"{i}", sender));

        Assert.Equal("0"u8.ToArray(), (await Object(id).Fetch(Proved(id), null))!.Payload);
        Assert.Equal(["EVICTED"], Assert.Single(await OutcomesAsync(sender)));
    }

    [Fact]
    public async Task Send_EveryPartEnded_TheGroupsMessageEndsOnce()
    {
        var (one, other) = (await CreateAsync(), await CreateAsync());
        var sender = await ListenAsync(null);
        var sent = (await (await GroupAsync(one, other)).Send(Draft("x", sender))).Message;
        var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
        await whole.Wake();
        Assert.Single(await ArmedAsync($"messages/{sent.Id}"));
        foreach (var (id, ok) in new[] { (one, true), (other, false) })
            await Object(id).Result(Proved(id), (await Object(id).Fetch(Proved(id), null))!.Id, new(ok));

        // The parts' hints are one-way and may come before, between and after.
        await whole.Wake();
        await whole.Wake();
        var told = Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome), read => read.Subject == sent.Target);
        Assert.Equal(("FAILED", "1 APPLIED, 1 REJECTED"), (Data(told).GetProperty("outcome").GetString(), Data(told).GetProperty("detail").GetString()));
        Assert.Empty(await ArmedAsync($"messages/{sent.Id}"));
    }

    [Fact]
    public async Task View_JustAsTheMessageEndsAndHintsStillCome_IsAnswered()
    {
        for (var i = 0; i < 10; i++)
        {
            var id = await CreateAsync();
            var sent = (await (await GroupAsync(id)).Send(Draft("x"))).Message;
            var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
            await Object(id).Result(Proved(id), (await Object(id).Fetch(Proved(id), null))!.Id, new(true));

            await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
            {
                await whole.PartEnded();
                Assert.Null(await whole.View());
            }));
        }
    }

    [Fact]
    public async Task Due_CampaignsThatEnded_LeaveNoRows()
    {
        var id = await CreateAsync();
        var group = await GroupAsync(id);
        for (var i = 0; i < 5; i++)
        {
            await group.Send(Draft("x", ttl: 86_400 + i));
            var message = (await Object(id).Fetch(Proved(id), null))!;
            await Object(id).Result(Proved(id), message.Id, new(true));
        }

        await PassAsync(id, TimeSpan.FromMinutes(5));
        Assert.True((await ArmedAsync(id)).Count <= 1);
    }

    [Fact]
    public async Task Due_TwoCampaignsThatExpireTogether_TheOneThatWaitsStillExpires()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var group = await GroupAsync(id);
        await group.Send(Draft("1", sender, ttl: 600));
        await group.Send(Draft("2", sender, ttl: 600));
        var first = (await Object(id).Fetch(Proved(id), null))!;
        await Object(id).Result(Proved(id), first.Id, new(true));

        await PassAsync(id, TimeSpan.FromSeconds(300));
        await PassAsync(id, TimeSpan.FromSeconds(300));

        Assert.Equal(["APPLIED", "EXPIRED"], (await OutcomesAsync(sender)).Select(outcome => outcome.Single()).Order());
    }

    [Fact]
    public async Task Send_StaleVersion_IsUnavailableAndWorksAgain()
    {
        var id = await CreateAsync();
        var group = await GroupAsync(id);
        Cluster.Pipeline.Fail(group.GetPrimaryKeyString(), Fault.Stale);

        await RefusedAsync(ErrorCode.Unavailable, async () => await group.Send(Draft("x", request: "r")));
        var sent = await group.Send(Draft("x", request: "r"));

        Assert.Equal(sent.Message.Id, (await group.Send(Draft("x", request: "r"))).Message.Id);
        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_WordOfTheLastOutcomeIsLost_TheWholeEndsLongBeforeItExpires(bool isCampaign)
    {
        var ids = new[] { await CreateAsync(), await CreateAsync() };
        var group = await GroupAsync(ids);
        var draft = Draft("x", ttl: 7 * 86_400);
        var sent = (await group.Send(isCampaign ? draft with { Campaign = new() } : draft)).Message;
        var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
        await UntilAsync(async () =>
        {
            await whole.Step();
            return !isCampaign || (await whole.View())!.Phase == CampaignPhase.Dispatched;
        });
        foreach (var id in ids)
        {
            var part = (await Object(id).Fetch(Proved(id), null))!;
            // On disk, and the grain does not know: it tells nobody.
            Cluster.Pipeline.Fail(id, Fault.After);
            await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Result(Proved(id), part.Id, new(true)));
            Assert.Equal(Outcome.Applied, (await FindAsync(part.Id)).Outcome);
        }

        var began = Cluster.Time.GetUtcNow();
        for (var looks = 0; (await FindAsync(sent.Id)).Outcome is null && Cluster.Time.GetUtcNow() - began < TimeSpan.FromMinutes(10); looks++)
        {
            Cluster.Time.Advance(TimeSpan.FromSeconds(30));
            foreach (var at in (await ArmedAsync($"messages/{sent.Id}")).Where(at => at <= Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds())) await whole.Wake();
        }

        Assert.Equal(Outcome.Applied, (await FindAsync(sent.Id)).Outcome);
        Assert.Empty(await ArmedAsync($"messages/{sent.Id}"));
    }

    [Fact]
    public async Task Send_NothingEnds_IsLookedAtMoreAndMoreRarelyAndExpiresOnce()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var sent = (await (await GroupAsync(id)).Send(Draft("x", sender, ttl: 7 * 86_400))).Message;
        var whole = Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
        var looks = 0;
        while ((await FindAsync(sent.Id)).Outcome is null)
        {
            var next = Assert.Single(await ArmedAsync($"messages/{sent.Id}"));
            Cluster.Time.Advance(DateTimeOffset.FromUnixTimeMilliseconds(next) - Cluster.Time.GetUtcNow());
            await PassAsync(id, TimeSpan.Zero);
            await Cluster.ForgetAsync(whole);
            await whole.Wake();
            Assert.InRange(++looks, 1, 30);
        }

        Assert.Equal(["EXPIRED"], Assert.Single(await OutcomesAsync(sender)));
        Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome), told => told.Subject == sent.Target);
        Assert.Empty(await ArmedAsync($"messages/{sent.Id}"));
    }

    [Fact]
    public async Task Delete_WhileItIsPutIntoAnother_IsRefused()
    {
        var (child, parent) = (await GroupAsync(), await GroupAsync());
        Cluster.Pipeline.BeforeNext(child.GetPrimaryKeyString(), async () => await parent.AddGroups("op", [child.GetPrimaryKeyString()]));

        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await child.Delete("op"));
        Assert.Equal(child.GetPrimaryKeyString(), (await child.Get()).Id);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
