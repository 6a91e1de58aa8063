using System.Diagnostics;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Schedule;

[CollectionDefinition(nameof(SleepersTests))]
public sealed class ScheduledCluster : ICollectionFixture<GrainCluster>;

/// <summary>The schedule at work, on a silo of its own: here nobody else wakes an object.</summary>
[Collection(nameof(SleepersTests))]
public sealed class SleepersTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Expiry_OfASleepersMessage_EndsItWithoutActivation()
    {
        var id = await CreateAsync();
        var application = await ListenAsync(filter: null);
        var message = await SendAsync(id, Draft("x", application, ttl: 600));
        var stays = await SendAsync(id, Draft("y", application, ttl: 6000));
        await Cluster.ForgetAsync(Object(id));
        await StartAsync(id);

        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(message)));

        Assert.False(Cluster.IsActive(Object(id)));
        Assert.Equal(["EXPIRED"], (await OutcomesAsync(application))[Name(message)]);
        Assert.Equal(Outcome.Expired, (await FindAsync(message.Id)).Outcome);
        Assert.Null((await FindAsync(stays.Id)).Outcome);
        Assert.Equal([DueTime.Of(stays.ExpiresAt)], await ArmedAsync(id));
        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Expiry_ForAnObjectInMemory_IsItsOwnTurn()
    {
        var id = await CreateAsync();
        var application = await ListenAsync(filter: null);
        var message = await SendAsync(id, Draft("x", application, ttl: 600));
        await StartAsync(id);

        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(message)));

        // Its memory is what is on disk: a turn is not refused, nor does it end the message again.
        await SendAsync(id, Draft("y", application, ttl: 600));
        Assert.Equal(["EXPIRED"], (await OutcomesAsync(application))[Name(message)]);
        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Expiry_WhenAnotherTurnIsAhead_IsLeftToTheGrain()
    {
        var id = await CreateAsync();
        var application = await ListenAsync(filter: null);
        var message = await SendAsync(id, Draft("x", application, ttl: 600));
        await Cluster.ForgetAsync(Object(id));
        Cluster.Pipeline.Fail(id, Fault.Stale);
        await StartAsync(id);

        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(message)));

        Assert.Equal(["EXPIRED"], (await OutcomesAsync(application))[Name(message)]);
        Assert.True(Cluster.IsActive(Object(id)));
    }

    [Fact]
    public async Task Expiry_WhenTheCommitFails_IsTriedAgain()
    {
        var id = await CreateAsync();
        var application = await ListenAsync(filter: null);
        var message = await SendAsync(id, Draft("x", application, ttl: 600));
        await Cluster.ForgetAsync(Object(id));
        Cluster.Pipeline.Fail(id, Fault.After);
        await StartAsync(id);

        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(message)) && (await ArmedAsync(id)).Count == 0);

        Assert.Equal(["EXPIRED"], (await OutcomesAsync(application))[Name(message)]);
        Assert.False(Cluster.IsActive(Object(id)));
    }

    [Fact]
    public async Task Armed_AfterTheWindowWasRead_IsDealtWithInTime()
    {
        var id = await CreateAsync();
        var application = await ListenAsync(filter: null);
        await StartAsync(id);
        var first = await SendAsync(id, Draft("x", application, ttl: 1));
        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(first)));

        // The shard was read just now, or by the second half of its minute it is again: what follows is armed in between.
        var at = Cluster.Time.GetUtcNow();
        var second = await SendAsync(id, Draft("y", application, ttl: 5));
        await UntilAsync(async () => (await OutcomesAsync(application)).Contains(Name(second)), atMost: at + TimeSpan.FromSeconds(10));
        Assert.Equal(Outcome.Expired, (await FindAsync(second.Id)).Outcome);
    }

    [Fact]
    public async Task Registration_OfASleeper_EndsWithoutActivation()
    {
        var id = await CreateAsync();
        var application = await ListenAsync($"object = \"{id}\"");
        await Object(id).Register(Proved(id), new(TimeSpan.FromSeconds(1000), null, null, null));
        await StartAsync(id);
        await UntilAsync(async () => (await ReachabilitiesAsync(application)).Contains("ASLEEP"));
        await Cluster.ForgetAsync(Object(id));

        await UntilAsync(async () => (await EventsAsync(application, EventTypes.ObjectDeregistered)).Count > 0);

        Assert.False(Cluster.IsActive(Object(id)));
        Assert.Equal("expired", Data(Assert.Single(await EventsAsync(application, EventTypes.ObjectDeregistered))).GetProperty("reason").GetString());
        Assert.Equal("UNREACHABLE", (await ReachabilitiesAsync(application))[^1]);
        Assert.Equal(Reachability.Unreachable, (await Object(id).Get()).Status.Reachability);
    }

    [Fact]
    public async Task GroupsMessage_ToSleepers_EndsWithoutActivatingThem()
    {
        string[] ids = [await CreateAsync(), await CreateAsync(), await CreateAsync()];
        var application = await ListenAsync(filter: null);
        var name = Cluster.Fresh("group");
        var group = Cluster.Grains.GetGrain<IGroupGrain>(name);
        await group.Create("op", "", [.. ids]);
        foreach (var id in ids) await Cluster.ForgetAsync(Object(id));
        var message = (await group.Send(Draft("x", application, ttl: 30))).Message;
        foreach (var id in ids) await StartAsync(id);
        await StartAsync(Names.Messages + message.Id);

        await UntilAsync(async () => (await FindAsync(message.Id)).Outcome is not null);

        Assert.All(ids, id => Assert.False(Cluster.IsActive(Object(id))));
        Assert.Equal(["EXPIRED", "EXPIRED", "EXPIRED"], (await OutcomesAsync(application)).SelectMany(outcomes => outcomes));
        var ended = await FindAsync(message.Id);
        Assert.Equal((Outcome.Failed, "3 EXPIRED"), (ended.Outcome, ended.Detail));
    }

    [Fact]
    public async Task Due_ForAnObjectThatIsGone_IsTakenAwayWithoutActivation()
    {
        var id = Cluster.Fresh("dev");
        var set = new WriteSet(new("test", id, 0, []));
        set.Arm.Add(new(Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds(), id));
        await Cluster.Pipeline.CommitAsync(set);
        await StartAsync(id);

        await UntilAsync(async () => (await ArmedAsync(id)).Count == 0);

        Assert.False(Cluster.IsActive(Object(id)));
    }

    private static string Name(MessageRecord message) => Names.Messages + message.Id;

    private ValueTask StartAsync(string id) =>
        Cluster.Grains.GetGrain<IScheduleGrain>(DueTime.ShardOf(id)).StartOn(Cluster.Get<ILocalSiloDetails>().SiloAddress.ToParsableString());

    /// <summary>Lets time pass until it is so, but not beyond <paramref name="atMost"/>.</summary>
    private async Task UntilAsync(Func<Task<bool>> holds, DateTimeOffset? atMost = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, "it does not come to be");
            if (atMost is null || Cluster.Time.GetUtcNow() < atMost) Cluster.Time.Advance(TimeSpan.FromSeconds(atMost is null ? 10 : 1));
            // The clock is not to be faster than what it moves, where it stops.
            await Task.Delay(atMost is null ? 5 : 50);
        }
    }
}
