using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Tests.Cluster;
using Orleans.Serialization;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class CampaignTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Send_MoreThanOneCommitHolds_EachMemberGetsOnePart()
    {
        var (group, members) = await GroupAsync(2300);

        var sent = (await group.Send(Draft("hello"))).Message;
        await DispatchedAsync(sent);

        var parts = await PartsAsync(sent);
        Assert.Equal(members.Order(StringComparer.Ordinal), parts.Select(part => part.Target["objects/".Length..]).Order(StringComparer.Ordinal));
        Assert.All(parts, part => Assert.Equal("hello"u8.ToArray(), part.Payload));
        Assert.False(Cluster.IsActive(Object(members[0])));
        Assert.Equal("hello"u8.ToArray(), (await Object(members[^1]).Fetch(Proved(members[^1]), null))!.Payload);
    }

    [Fact]
    public async Task Send_MemberIsDeletedBeforeItsPartIsWritten_ItsPartEndsFailed()
    {
        var (group, members) = await GroupAsync(3);
        var sent = (await group.Send(Draft("x") with { Campaign = new() { Canary = 0.5 } })).Message;
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Canary });
        await Object(members[2]).Delete("op");
        foreach (var member in members.Take(2)) await Object(member).Fetch(Proved(member), null);
        foreach (var part in await PartsAsync(sent)) await Object(part.Target["objects/".Length..]).Result(Proved(part.Target["objects/".Length..]), part.Id, new(true));

        await DispatchedAsync(sent);

        await UntilAsync(async () => (await PartsAsync(sent)).Count == 3 && (await PartsAsync(sent)).All(part => part.Outcome is not null));
        var last = Assert.Single(await PartsAsync(sent), part => part.Target == $"objects/{members[2]}");
        Assert.Equal((Outcome.Failed, "the object was deleted"), (last.Outcome!.Value, last.Detail));
    }

    [Fact]
    public async Task Send_CommitsFailOrAreUnknown_NobodyIsMissedOrGetsTwo()
    {
        var (group, members) = await GroupAsync(2300);
        var sent = (await group.Send(Draft("x", request: "r"))).Message;
        foreach (var fault in new[] { Fault.Before, Fault.After, Fault.Stale })
        {
            Cluster.Pipeline.Fail(sent.Id.ToString(), fault);
            await UntilAsync(async () =>
            {
                await Whole(sent).Step();
                return (await Whole(sent).View())!.Phase == CampaignPhase.Dispatched || !Cluster.Pipeline.IsArmed(sent.Id.ToString());
            });
        }

        await DispatchedAsync(sent);
        Assert.Equal(members.Count, (await PartsAsync(sent)).Select(part => part.Target).Distinct().Count());
        Assert.Equal(members.Count, (await PartsAsync(sent)).Count);
    }

    [Fact]
    public async Task Canary_OneFails_TheRestEndsCancelledUnsent()
    {
        var (group, members) = await GroupAsync(20);
        var sender = await ListenAsync(null);
        var sent = (await group.Send(Draft("x", sender) with { Campaign = new() { Canary = 0.1 } })).Message;
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Canary });
        Assert.Equal(2, (await PartsAsync(sent)).Count);

        foreach (var (member, ok) in new[] { (members[0], true), (members[1], false) })
            await Object(member).Result(Proved(member), (await Object(member).Fetch(Proved(member), null))!.Id, new(ok));
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Ended });

        var ended = await FindAsync(sent.Id);
        Assert.Equal(Outcome.Failed, ended.Outcome);
        Assert.StartsWith("1 APPLIED, 1 REJECTED, 18 CANCELLED; the rest was not sent: 1 of 2", ended.Detail, StringComparison.Ordinal);
        Assert.Null(await Object(members[5]).Fetch(Proved(members[5]), null));
        Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome), told => told.Subject == sent.Target);
        Assert.Equal(["CANARY", "STOPPING"], (await EventsAsync(sender, EventTypes.MessageCampaign)).Select(told => Data(told).GetProperty("phase").GetString()));
    }

    [Fact]
    public async Task Canary_AllEndWell_TheRestIsSent()
    {
        var (group, members) = await GroupAsync(10);
        var sent = (await group.Send(Draft("x") with { Campaign = new() { Canary = 0.1 } })).Message;
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Canary });
        await Object(members[0]).Result(Proved(members[0]), (await Object(members[0]).Fetch(Proved(members[0]), null))!.Id, new(true));

        await DispatchedAsync(sent);
        Assert.Equal(10, (await PartsAsync(sent)).Count);
    }

    [Fact]
    public async Task Canary_IsASleeper_ItsCampaignSleepsTooAndGoesOnByItsWord()
    {
        var (group, members) = await GroupAsync(10);
        var sent = (await group.Send(Draft("x", ttl: 7 * 86_400) with { Campaign = new() { Canary = 0.1 } })).Message;
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Canary });
        var before = Cluster.Pipeline.CommitsOf(sent.Id.ToString());
        for (var i = 0; i < 60; i++)
        {
            Cluster.Time.Advance(TimeSpan.FromSeconds(10));
            foreach (var _ in (await ArmedAsync($"messages/{sent.Id}")).Where(at => at <= Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds())) await Whole(sent).Wake();
        }

        Assert.InRange(Cluster.Pipeline.CommitsOf(sent.Id.ToString()) - before, 1, 10);
        await Cluster.ForgetAsync(Whole(sent));
        await Object(members[0]).Result(Proved(members[0]), (await Object(members[0]).Fetch(Proved(members[0]), null))!.Id, new(true));
        await UntilAsync(async () => (await Whole(sent).View())!.Phase == CampaignPhase.Dispatched);
    }

    [Fact]
    public async Task Rate_Capped_NoMoreThanTheTimeAllows()
    {
        var (group, _) = await GroupAsync(100);
        var sent = (await group.Send(Draft("x") with { Campaign = new() { Rate = 10 } })).Message;
        await UntilAsync(async () => (await StepAsync(sent)).Dispatched > 0);
        for (var i = 0; i < 5; i++) await StepAsync(sent);
        Assert.Equal(1, (await StepAsync(sent)).Dispatched);

        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(async () => (await StepAsync(sent)).Dispatched >= 10);
        Assert.InRange((await StepAsync(sent)).Dispatched, 10, 11);
    }

    [Fact]
    public async Task Pause_ThenResume_NothingIsSentMeanwhile()
    {
        var (group, _) = await GroupAsync(50);
        var sent = (await group.Send(Draft("x") with { Campaign = new() { Rate = 10 } })).Message;
        await Whole(sent).Pause("op");
        var paused = (await Whole(sent).View())!.Dispatched;
        Cluster.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(paused, (await StepAsync(sent)).Dispatched);
        Assert.Equal(CampaignPhase.Paused, (await Whole(sent).View())!.Phase);

        await Whole(sent).Resume("op");
        await UntilAsync(async () =>
        {
            Cluster.Time.Advance(TimeSpan.FromSeconds(1));
            return (await StepAsync(sent)).Phase == CampaignPhase.Dispatched;
        });
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await Whole(sent).Pause("op"));
    }

    [Fact]
    public async Task Expiry_WhilePaused_TheRestEndsExpired()
    {
        var (group, _) = await GroupAsync(5);
        var sent = (await group.Send(Draft("x", ttl: 60) with { Campaign = new() { Rate = 1 } })).Message;
        await Whole(sent).Pause("op");
        Cluster.Time.Advance(TimeSpan.FromSeconds(70));

        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Dispatched or CampaignPhase.Ended });
        Assert.All((await PartsAsync(sent)).Skip(1), part => Assert.Equal(Outcome.Expired, part.Outcome));
        Assert.Equal(5, (await PartsAsync(sent)).Count);
    }

    [Fact]
    public async Task Stop_SomeWaitAndSomeAreUnsent_AllEndCancelledAndSleepersSleepOn()
    {
        var (group, members) = await GroupAsync(30);
        var sender = await ListenAsync(null);
        var sent = (await group.Send(Draft("x", sender) with { Campaign = new() { Canary = 0.5 } })).Message;
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Canary });
        await Object(members[0]).Result(Proved(members[0]), (await Object(members[0]).Fetch(Proved(members[0]), null))!.Id, new(true));

        Assert.True(await Whole(sent).Stop("op"));
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Ended });

        Assert.StartsWith("1 APPLIED, 29 CANCELLED", (await FindAsync(sent.Id)).Detail, StringComparison.Ordinal);
        Assert.False(Cluster.IsActive(Object(members[1])));
        Assert.Null(await Object(members[1]).Fetch(Proved(members[1]), null));
        // One event each, sent to or not.
        Assert.Equal(30, (await OutcomesAsync(sender)).Count);
        Assert.All(await OutcomesAsync(sender), outcomes => Assert.Single(outcomes));
        Assert.False(await Whole(sent).Stop("op"));
    }

    [Fact]
    public async Task MemberEvents_TurnedOff_OnlyTheWholeIsTold()
    {
        var (group, members) = await GroupAsync(3);
        var sender = await ListenAsync(null);
        var sent = (await group.Send(Draft("x", sender) with { Campaign = new() { MemberEvents = false } })).Message;
        await DispatchedAsync(sent);
        foreach (var member in members) await Object(member).Result(Proved(member), (await Object(member).Fetch(Proved(member), null))!.Id, new(true));
        await UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Ended });

        Assert.Equal(sent.Target, Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome)).Subject);
        var ended = await Cluster.Messages.EndedPartsAsync(sent.Id, 0, default, 10, CancellationToken.None);
        Assert.Equal(3, ended.Count);
        Assert.Empty(await ArmedAsync($"messages/{sent.Id}"));
    }

    private IGroupMessageGrain Whole(MessageRecord sent) => Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

    private async Task<CampaignView> StepAsync(MessageRecord sent)
    {
        await Whole(sent).Step();
        return (await Whole(sent).View())!;
    }

    private Task DispatchedAsync(MessageRecord sent) => UntilAsync(async () => await StepAsync(sent) is { Phase: CampaignPhase.Dispatched or CampaignPhase.Ended });

    private async Task<IReadOnlyList<MessageRecord>> PartsAsync(MessageRecord sent) =>
        [.. (await Cluster.Messages.ListAsync(new MessageQuery(Parent: sent.Id), new(long.MaxValue), 100_000, CancellationToken.None)).Reverse()];

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                if (await holds()) return;
            }
            catch (M2MException failure) when (failure.Code == ErrorCode.Unavailable)
            {
                // The activation ends, and the next one reads what is on disk.
            }

            await Task.Delay(5, patience.Token);
        }
    }

    private async Task<(IGroupGrain Group, IReadOnlyList<string> Members)> GroupAsync(int count)
    {
        var prefix = Cluster.Fresh("fleet");
        var members = Enumerable.Range(0, count).Select(i => $"{prefix}-{i:d6}").ToList();
        var bulk = Cluster.Get<IBulkCommit>();
        var serializer = Cluster.Get<Serializer<ObjectState>>();
        foreach (var chunk in members.Chunk(bulk.MostObjects))
        {
            var set = new BulkSet(new("import", $"{prefix}-{chunk[0]}", 0, []));
            foreach (var member in chunk)
            {
                set.Objects.Add(new(
                    Creation.Describe(member, ObjectKind.Device, new(), Cluster.Time.GetUtcNow()), serializer.SerializeToArray(Creation.State(1)), 0));
            }

            Assert.True(await bulk.TryCommitAsync(set));
        }

        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        return (group, members);
    }
}
