using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class AnycastTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly CampaignTerms Quick = new() { MemberWait = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Anycast_FirstTakesIt_NobodyElseIsAsked()
    {
        var members = await MembersAsync(3);
        var sender = await ListenAsync(null);
        var sent = await SendAsync(members, sender);
        await AskedAsync(sent, 1);

        await AnswerAsync(members[0], ok: true);
        var ended = await EndedAsync(sent);

        Assert.Equal((Outcome.Applied, true), (ended.Outcome, ended.Result!.Ok));
        Assert.Single(await PartsAsync(sent));
        Assert.Equal(sent.Target, Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome)).Subject);
    }

    [Fact]
    public async Task Anycast_SleeperThatNeverGotIt_IsWithdrawnAndTheNextIsAsked()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);

        Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await AskedAsync(sent, 2);

        // The first shows up late: there is nothing for it, and its answer is of no effect.
        var withdrawn = (await PartsAsync(sent))[0];
        Assert.Equal(Outcome.Cancelled, withdrawn.Outcome);
        Assert.Null(await Object(members[0]).Fetch(Proved(members[0]), null));
        Assert.Equal(ResultReceipt.Conflict, await Object(members[0]).Result(Proved(members[0]), withdrawn.Id, new(true)));
        await AnswerAsync(members[1], ok: true);
        Assert.Equal(Outcome.Applied, (await EndedAsync(sent)).Outcome);
    }

    [Fact]
    public async Task Wake_MemberKeepsIt_IsLookedAtMoreAndMoreRarely()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);
        Assert.NotNull(await Object(members[0]).Fetch(Proved(members[0]), null));

        var looks = new List<DateTimeOffset>();
        while (true)
        {
            var next = DateTimeOffset.FromUnixTimeMilliseconds(Assert.Single(await ArmedAsync($"messages/{sent.Id}")));
            if (next >= sent.ExpiresAt) break;
            looks.Add(next);
            if (next > Cluster.Time.GetUtcNow()) Cluster.Time.Advance(next - Cluster.Time.GetUtcNow());
            await Whole(sent).Wake();
        }

        Assert.Contains(looks, look => look - sent.AcceptedAt is var wait && wait >= Quick.MemberWait && wait < Quick.MemberWait + TimeSpan.FromSeconds(2));
        Assert.InRange(looks.Count, 4, 15);
        Assert.Single(await PartsAsync(sent));
        await Object(members[0]).Result(Proved(members[0]), (await PartsAsync(sent))[0].Id, new(true));
        await UntilAsync(async () => (await FindAsync(sent.Id)).Outcome == Outcome.Applied);
    }

    [Fact]
    public async Task Anycast_FirstFetchedItAndAnswersLate_NobodyElseIsAsked()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);
        var message = (await Object(members[0]).Fetch(Proved(members[0]), null))!;
        // A crash takes away what only memory knew.
        await Cluster.ForgetAsync(Object(members[0]));

        Cluster.Time.Advance(TimeSpan.FromSeconds(300));
        for (var i = 0; i < 3; i++) await Whole(sent).Step();
        Assert.Null((await FindAsync(sent.Id)).Outcome);
        Assert.Single(await PartsAsync(sent));

        await Object(members[0]).Result(Proved(members[0]), message.Id, new(true));
        Assert.Equal(Outcome.Applied, (await EndedAsync(sent)).Outcome);
        Assert.Null(await Object(members[1]).Fetch(Proved(members[1]), null));
    }

    [Fact]
    public async Task Anycast_PushedToOneThatIsOnline_IsOnDiskBeforeItLeaves()
    {
        var members = await MembersAsync(2);
        await Object(members[1]).Attach(Proved(members[1]), Mqtt(members[1]), null);
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);
        await UntilAsync(() => Task.FromResult(Edge.DeliveriesTo(members[1]).Count > 0));

        var part = Assert.Single(await PartsAsync(sent));
        Assert.Equal("objects/" + members[1], part.Target);
        Assert.True(part.Part.HasFlag(PartTraits.Tried));
        Assert.False(await Object(members[1]).Withdraw(part.Id));
    }

    [Fact]
    public async Task Anycast_OneThatIsOnlineMayNotHaveItYet_IsWithdrawnAndTheNextIsAsked()
    {
        var members = await MembersAsync(2);
        await Object(members[0]).Attach(Proved(members[0]), Mqtt(members[0]), null);
        await Object(members[0]).Report(Proved(members[0]), Report("low") with { Conditions = Says(("battery", "10")) });
        var sent = await SendAsync(members, terms: new() { Constraint = "battery > 40" });
        await AskedAsync(sent, 1);
        await Object(members[0]).Wake(0);
        Assert.Equal("objects/" + members[0], Assert.Single(await PartsAsync(sent)).Target);
        Assert.Empty(Edge.DeliveriesTo(members[0]));

        Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await AskedAsync(sent, 2);
        Assert.Equal(Outcome.Cancelled, (await PartsAsync(sent))[0].Outcome);
    }

    [Fact]
    public async Task Anycast_OneThatIsOnlineHasNoRoomForIt_IsWithdrawnAndTheNextIsAsked()
    {
        var members = await MembersAsync(2);
        await Object(members[0]).Attach(Proved(members[0]), Mqtt(members[0]), null);
        for (var i = 0; i < 16; i++) await SendAsync(members[0], Draft("before"));
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);
        await Object(members[0]).Wake(0);

        Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await AskedAsync(sent, 2);
        Assert.Equal(Outcome.Cancelled, (await PartsAsync(sent))[0].Outcome);
    }

    [Fact]
    public async Task Anycast_EachRefuses_FailsInTheEnd()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members);
        await AskedAsync(sent, 1);
        await AnswerAsync(members[0], ok: false);
        await AskedAsync(sent, 2);
        await AnswerAsync(members[1], ok: false);

        var ended = await EndedAsync(sent);
        Assert.Equal((Outcome.Failed, "none of 2 members took it"), (ended.Outcome, ended.Detail));
    }

    [Fact]
    public async Task Anycast_HandedOverAndNeverAnswered_IsUnknownAndStopsThere()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members, ttl: 120);
        await AskedAsync(sent, 1);
        await Object(members[0]).Fetch(Proved(members[0]), null);

        await PassAsync(members[0], TimeSpan.FromSeconds(121));
        Assert.Equal(Outcome.Unknown, (await EndedAsync(sent)).Outcome);
        Assert.Single(await PartsAsync(sent));
    }

    [Fact]
    public async Task AnycastAsTransaction_FirstTakesItAndFallsSilent_TheNextDoesItAndTheFirstIsTakenBack()
    {
        var members = await MembersAsync(2);
        var sender = await ListenAsync(null);
        var sent = await SendAsync(members, sender, confirmation: Confirmation.Transaction);
        await AskedAsync(sent, 1);
        var first = (await Object(members[0]).Fetch(Proved(members[0]), null))!;
        Assert.Equal(TransactionVerb.Prepare, first.Transaction!.Verb);
        await Cluster.ForgetAsync(Object(members[0]));

        Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await AskedAsync(sent, 2);
        var second = (await Object(members[1]).Fetch(Proved(members[1]), null))!;
        await Object(members[1]).Result(Proved(members[1]), second.Id, new(true));
        // The first answers late: it is told to forget it, and never to do it.
        await Object(members[0]).Result(Proved(members[0]), first.Id, new(true));
        var told = (await Object(members[0]).Fetch(Proved(members[0]), null))!;
        Assert.Equal((TransactionVerb.Rollback, first.Id), (told.Transaction!.Verb, told.Transaction.Part));
        await Object(members[0]).Result(Proved(members[0]), told.Id, new(true));
        var commit = (await Object(members[1]).Fetch(Proved(members[1]), null))!;
        Assert.Equal(TransactionVerb.Commit, commit.Transaction!.Verb);
        await Object(members[1]).Result(Proved(members[1]), commit.Id, new(true));

        Assert.Equal(Outcome.Applied, (await EndedAsync(sent)).Outcome);
        Assert.Equal([Outcome.Cancelled, Outcome.Applied], (await PartsAsync(sent)).Select(part => part.Outcome!.Value));
        Assert.Null(await Object(members[0]).Fetch(Proved(members[0]), null));
        Assert.Equal(sent.Target, Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome)).Subject);
    }

    [Fact]
    public async Task AnycastAsTransaction_FirstHasPromised_KeepsItHoweverLongItIsSilent()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members, confirmation: Confirmation.Transaction);
        await AskedAsync(sent, 1);
        var first = (await Object(members[0]).Fetch(Proved(members[0]), null))!;
        await Object(members[0]).Result(Proved(members[0]), first.Id, new(true));

        Cluster.Time.Advance(TimeSpan.FromSeconds(300));
        for (var i = 0; i < 3; i++) await Whole(sent).Step();
        Assert.Single(await PartsAsync(sent));

        var commit = (await Object(members[0]).Fetch(Proved(members[0]), null))!;
        await Object(members[0]).Result(Proved(members[0]), commit.Id, new(true));
        Assert.Equal(Outcome.Applied, (await EndedAsync(sent)).Outcome);
        Assert.Null(await Object(members[1]).Fetch(Proved(members[1]), null));
    }

    [Fact]
    public async Task AnycastAsTransaction_AllTakeItAndFallSilent_ExpiresAndNobodyDoesIt()
    {
        var members = await MembersAsync(2);
        var sent = await SendAsync(members, ttl: 120, confirmation: Confirmation.Transaction);
        for (var i = 0; i < 2; i++)
        {
            await AskedAsync(sent, i + 1);
            Assert.NotNull(await Object(members[i]).Fetch(Proved(members[i]), null));
            Cluster.Time.Advance(TimeSpan.FromSeconds(31));
        }

        foreach (var member in members) await PassAsync(member, TimeSpan.FromSeconds(61));
        var ended = await EndedAsync(sent);
        Assert.True(ended.Outcome is Outcome.Failed or Outcome.Expired, ended.Detail);
        foreach (var member in members) Assert.Equal(TransactionVerb.Rollback, (await Object(member).Fetch(Proved(member), null))!.Transaction!.Verb);
    }

    [Fact]
    public async Task Anycast_SenderSaysNoWait_AMemberHasItsShareOfTheTime()
    {
        var members = await MembersAsync(2);
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        var sent = (await group.Send(Draft("x", ttl: 20, confirmation: Confirmation.Applied) with { Mode = DeliveryMode.Anycast })).Message;
        await AskedAsync(sent, 1);
        Cluster.Time.Advance(TimeSpan.FromSeconds(11));
        await AskedAsync(sent, 2);
    }

    private async Task<string[]> MembersAsync(int count)
    {
        var members = new string[count];
        for (var i = 0; i < count; i++) members[i] = await CreateAsync();
        Array.Sort(members, StringComparer.Ordinal);
        return members;
    }

    private async Task<MessageRecord> SendAsync(string[] members, string application = "", int ttl = 3600, Confirmation confirmation = Confirmation.Applied, DeliveryTerms? terms = null)
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        return (await group.Send(Draft("x", application, ttl, confirmation: confirmation) with { Mode = DeliveryMode.Anycast, Campaign = Quick, Terms = terms })).Message;
    }

    private IGroupMessageGrain Whole(MessageRecord sent) => Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

    private async Task AnswerAsync(string member, bool ok) =>
        await Object(member).Result(Proved(member), (await Object(member).Fetch(Proved(member), null))!.Id, new(ok));

    private Task AskedAsync(MessageRecord sent, int count) => UntilAsync(async () =>
    {
        await Whole(sent).Step();
        return (await PartsAsync(sent)).Count == count;
    });

    private async Task<MessageRecord> EndedAsync(MessageRecord sent)
    {
        await UntilAsync(async () =>
        {
            await Whole(sent).Step();
            return (await FindAsync(sent.Id)).Outcome is not null;
        });
        return await FindAsync(sent.Id);
    }

    private async Task<IReadOnlyList<MessageRecord>> PartsAsync(MessageRecord sent) =>
        [.. (await Cluster.Messages.ListAsync(new MessageQuery(Parent: sent.Id), new(long.MaxValue), 100, CancellationToken.None)).Reverse()];

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
