using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class SendingTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Expiry_ObjectNotInMemory_IsOneEventToTheSenderAlone()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var other = await ListenAsync($"object = \"{id}\"");
        var message = await SendAsync(id, Draft("x", sender, ttl: 60));
        await Cluster.ForgetAsync(Object(id));

        await PassAsync(id, TimeSpan.FromSeconds(60));
        await PassAsync(id, TimeSpan.FromHours(1));

        Assert.Equal(["EXPIRED"], (await OutcomesAsync(sender))[$"messages/{message.Id}"]);
        Assert.Empty(await OutcomesAsync(other));
        Assert.Equal(Outcome.Expired, (await FindAsync(message.Id)).Outcome);
        Assert.Empty(await ArmedAsync(id));
    }

    [Fact]
    public async Task Expiry_EventsCommitFailsAfter_IsToldOnce()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("x", sender, ttl: 60));
        Cluster.Time.Advance(TimeSpan.FromSeconds(60));
        Cluster.Pipeline.Fail(id, Fault.After);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Wake((await ArmedAsync(id))[0]));
        await PassAsync(id, TimeSpan.FromSeconds(1));
        await Object(id).Wake(0);

        Assert.Equal(["EXPIRED"], (await OutcomesAsync(sender))[$"messages/{message.Id}"]);
    }

    [Fact]
    public async Task Send_SameRequest_IsTheSameMessageAlsoAfterAnUncertainCommit()
    {
        var id = await CreateAsync();
        Cluster.Pipeline.Fail(id, Fault.After);

        await RefusedAsync(ErrorCode.Unavailable, async () => await SendAsync(id, Draft("x", request: "r1")));
        var first = await SendAsync(id, Draft("x", request: "r1"));
        var second = await SendAsync(id, Draft("x", request: "r1"));

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(1, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Send_CommitFailsBefore_LeavesNothing()
    {
        var id = await CreateAsync();
        Cluster.Pipeline.Fail(id, Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, async () => await SendAsync(id, Draft("x")));

        Assert.Equal(0, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Send_SameKey_SupersedesTheOneThatWaits()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var first = await SendAsync(id, Draft("1", sender, coalesce: "k"));
        var foreign = await SendAsync(id, Draft("2", coalesce: "k"));
        var second = await SendAsync(id, Draft("3", sender, coalesce: "k"));

        Assert.Equal(["SUPERSEDED"], (await OutcomesAsync(sender))[$"messages/{first.Id}"]);
        Assert.Equal([foreign.Id, second.Id], (await Object(id).Mailbox(Proved(id))).Select(entry => entry.Id));
    }

    [Fact]
    public async Task Send_FullMailbox_EvictsOrRefusesByItsPolicy()
    {
        var id = await CreateAsync(new() { Mailbox = new(MaxMessages: 2) });
        var sender = await ListenAsync(null);
        var low = await SendAsync(id, Draft("1", sender));
        await SendAsync(id, Draft("2", priority: 5));

        await SendAsync(id, Draft("3", priority: 5));
        await RefusedAsync(ErrorCode.ResourceExhausted, async () => await SendAsync(id, Draft("4", priority: 5)));

        Assert.Equal(["EVICTED"], (await OutcomesAsync(sender))[$"messages/{low.Id}"]);
        Assert.Equal(2, (await Object(id).Get()).Status.WaitingMessages);
    }

    [Fact]
    public async Task Cancel_Waiting_EndsItOnce()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("1", sender));

        await Object(id).Cancel("op", message.Id);
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await Object(id).Cancel("op", message.Id));

        Assert.Equal(["CANCELLED"], (await OutcomesAsync(sender))[$"messages/{message.Id}"]);
    }

    [Fact]
    public async Task Result_AfterTheFetch_IsTheOutcomeOnceAndRepeatable()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var message = await SendAsync(id, Draft("1", sender));

        Assert.Equal(message.Id, (await Object(id).Fetch(Proved(id), null))!.Id);
        Assert.Equal(ResultReceipt.Recorded, await Object(id).Result(Proved(id), message.Id, new(true)));
        Assert.Equal(ResultReceipt.Repeated, await Object(id).Result(Proved(id), message.Id, new(true)));
        Assert.Equal(ResultReceipt.Conflict, await Object(id).Result(Proved(id), message.Id, new(false)));
        Assert.Equal(ResultReceipt.Unknown, await Object(id).Result(Proved(id), new(1), new(false)));

        Assert.Equal(["APPLIED"], (await OutcomesAsync(sender))[$"messages/{message.Id}"]);
        Assert.Null(await Object(id).Fetch(Proved(id), null));
    }

    [Fact]
    public async Task Result_CommitFails_IsTakenByTheRepetitionAndTheRecordShowsOneEnd()
    {
        var id = await CreateAsync();
        var message = await SendAsync(id, Draft("1"));
        Cluster.Pipeline.Fail(id, Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Result(Proved(id), message.Id, new(true)));
        Assert.Equal(ResultReceipt.Recorded, await Object(id).Result(Proved(id), message.Id, new(true)));

        Assert.Single((await FindAsync(message.Id)).Steps, step => step.What.StartsWith("ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fetch_ConfirmationNone_IsSentAndFetchedOnce()
    {
        var id = await CreateAsync();
        var message = await SendAsync(id, Draft("1", confirmation: Confirmation.None));

        Assert.NotNull(await Object(id).Fetch(Proved(id), null));
        Assert.Null(await Object(id).Fetch(Proved(id), null));

        Assert.Equal(Outcome.Sent, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Fetch_ExpiredAndNotYetEnded_IsNotHandedOut()
    {
        var id = await CreateAsync();
        await SendAsync(id, Draft("1", ttl: 10));
        Cluster.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Null(await Object(id).Fetch(Proved(id), null));
        Assert.Empty(await Object(id).Mailbox(Proved(id)));
    }

    [Fact]
    public async Task Mailbox_ManyPriorities_AreInOrderAlsoAfterTheActivationEnded()
    {
        var id = await CreateAsync();
        var sent = new List<MessageRecord>();
        foreach (var priority in new[] { 0, 7, 3, 7 }) sent.Add(await SendAsync(id, Draft("x", priority: priority)));
        await Cluster.ForgetAsync(Object(id));

        var order = (await Object(id).Mailbox(Proved(id))).Select(entry => entry.Id);

        Assert.Equal([sent[1].Id, sent[3].Id, sent[2].Id, sent[0].Id], order);
    }

    [Fact]
    public async Task Outcome_SenderHasAMatchingWebhook_GoesToItsFeedToo()
    {
        var id = await CreateAsync();
        var sender = await ListenAsync(null);
        var application = Cluster.Grains.GetGrain<Contracts.Applications.IApplicationGrain>(sender);
        await application.Subscribe("op", new(sender, "hook", $"type = \"{EventTypes.MessageOutcome}\"", new("https://example.test/")));
        var message = await SendAsync(id, Draft("1", sender));

        await Object(id).Cancel("op", message.Id);

        Assert.Single(await OutcomesAsync(sender));
        Assert.Single(await OutcomesAsync(sender + "/hook"));
    }
}
