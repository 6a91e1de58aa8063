using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Transactions;

public sealed class TransactionTests(GrainCluster cluster) : GrainTests(cluster)
{
    private async Task<(string[] Members, MessageRecord Whole, string Sender)> BeginAsync(int count, int ttl = 3600)
    {
        var members = new string[count];
        for (var i = 0; i < count; i++) members[i] = await CreateAsync();
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        var sender = await ListenAsync(null);
        var sent = await group.Send(Draft("x", sender, ttl: ttl, confirmation: Confirmation.Transaction));
        return (members, sent.Message, sender);
    }

    private ITransactionGrain Coordinator(MessageRecord whole) => Cluster.Grains.GetGrain<ITransactionGrain>(whole.Id.Value);

    /// <summary>Does at once what the schedule would do: looks at the transaction, and wakes the objects.</summary>
    private async Task SettleAsync(MessageRecord whole, params string[] members)
    {
        for (var i = 0; i < 3; i++)
        {
            await Coordinator(whole).Wake(1);
            foreach (var member in members) await Object(member).Wake(0);
        }
    }

    private async Task<WaitingMessage> FetchAsync(string id) => (await Object(id).Fetch(Proved(id), null))!;

    private async Task<WaitingMessage> AnswerAsync(string id, TransactionVerb expected, bool ok = true)
    {
        var message = await FetchAsync(id);
        Assert.Equal(expected, message.Transaction!.Verb);
        Assert.Equal(ResultReceipt.Recorded, await Object(id).Result(Proved(id), message.Id, new(ok)));
        return message;
    }

    private async Task<FeedEvent> OutcomeAsync(string sender, MessageRecord whole) =>
        Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome), told => told.Subject == whole.Target);

    [Fact]
    public async Task Result_CommitThatSeemedToFail_ThePromiseIsKnownAllTheSame()
    {
        var (members, whole, _) = await BeginAsync(1);
        var part = await FetchAsync(members[0]);

        Cluster.Pipeline.Fail(members[0], Fault.After);
        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(members[0]).Result(Proved(members[0]), part.Id, new(true)));

        Assert.Null(await Object(members[0]).Fetch(Proved(members[0]), null));
        await SettleAsync(whole, members);
        await AnswerAsync(members[0], TransactionVerb.Commit);
        await SettleAsync(whole, members);
        Assert.Equal(Outcome.Applied, (await FindAsync(whole.Id)).Outcome);
    }

    [Fact]
    public async Task Decide_FrozenUntilAnotherHasDecidedAndEnded_IsRefused()
    {
        var (members, whole, sender) = await BeginAsync(1);
        var held = Cluster.Pipeline.HoldNext(whole.Id.ToString());
        await AnswerAsync(members[0], TransactionVerb.Prepare);
        var late = await held.WaitAsync(TimeSpan.FromSeconds(30));
        await SettleAsync(whole, members);
        await AnswerAsync(members[0], TransactionVerb.Commit);
        await SettleAsync(whole, members);
        Assert.Equal(Outcome.Applied, (await FindAsync(whole.Id)).Outcome);

        await Assert.ThrowsAsync<StaleVersionException>(async () => await Cluster.Pipeline.CommitAsync(late));

        await Coordinator(whole).Wake(1);
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Cluster.Pipeline.CommitAsync(late));
        await OutcomeAsync(sender, whole);
    }

    [Fact]
    public async Task Wake_TimeIsOverAndNothingIsDecided_IsNotDueAgainAtOnce()
    {
        var (members, whole, _) = await BeginAsync(1, ttl: 60);
        await FetchAsync(members[0]);

        await PassAsync(members[0], TimeSpan.FromSeconds(61));

        Assert.DoesNotContain(await ArmedAsync(members[0]), at => at <= Cluster.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await SettleAsync(whole, members);
        await AnswerAsync(members[0], TransactionVerb.Rollback);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hold_ByAnotherApplicationAfterThePromise_DoesNotKeepTheDecisionBack(bool commits)
    {
        var id = await CreateAsync();
        var draft = Draft("x", await ListenAsync(null), confirmation: Confirmation.Transaction, command: new("x", "POST", "/x"));
        var message = await SendAsync(id, draft);
        if (commits) await AnswerAsync(id, TransactionVerb.Prepare);
        else await FetchAsync(id);

        await Object(id).Hold("rival", TimeSpan.FromHours(1), 0);
        if (!commits) await Object(id).Cancel("op", message.Id);

        await AnswerAsync(id, commits ? TransactionVerb.Commit : TransactionVerb.Rollback);
        Assert.Equal(commits ? Outcome.Applied : Outcome.Cancelled, (await FindAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Send_AllPrepare_AllCommitAndItEndsAppliedOnce()
    {
        var (members, whole, sender) = await BeginAsync(2);
        foreach (var member in members) await AnswerAsync(member, TransactionVerb.Prepare);
        Assert.Null((await FindAsync(whole.Id)).Outcome);
        await SettleAsync(whole, members);

        foreach (var member in members)
        {
            var commit = await AnswerAsync(member, TransactionVerb.Commit);
            Assert.Equal(7, commit.Priority);
            Assert.Null(await Object(member).Fetch(Proved(member), null));
        }

        await SettleAsync(whole, members);
        await SettleAsync(whole, members);
        Assert.Equal(Outcome.Applied, (await FindAsync(whole.Id)).Outcome);
        var told = Data(await OutcomeAsync(sender, whole));
        Assert.Equal("APPLIED", told.GetProperty("outcome").GetString());
        Assert.Equal(["APPLIED", "APPLIED"], told.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("outcome").GetString()));
        Assert.All(await OutcomesAsync(sender), outcomes => Assert.Equal(["APPLIED"], outcomes));
        Assert.Equal(2, (await OutcomesAsync(sender)).Count);
        Assert.Empty(await ArmedAsync($"transactions/{whole.Id}"));
        // What stays until the message goes is a version.
        Assert.InRange((await Cluster.States.ReadAsync("transaction", whole.Id.ToString()))!.Body.Length, 0, 16);
    }

    [Fact]
    public async Task Send_OneRefuses_WhoPreparedRollsBackAndWhoNeverHadItHearsNothing()
    {
        var (members, whole, sender) = await BeginAsync(3);
        await AnswerAsync(members[0], TransactionVerb.Prepare);
        await AnswerAsync(members[1], TransactionVerb.Prepare, ok: false);
        await SettleAsync(whole, members);

        Assert.Null(await Object(members[1]).Fetch(Proved(members[1]), null));
        Assert.Null(await Object(members[2]).Fetch(Proved(members[2]), null));
        Assert.Null((await FindAsync(whole.Id)).Outcome);
        await AnswerAsync(members[0], TransactionVerb.Rollback);
        await SettleAsync(whole, members);

        var told = Data(await OutcomeAsync(sender, whole));
        Assert.Equal("REJECTED", told.GetProperty("outcome").GetString());
        Assert.Equal(["CANCELLED", "REJECTED", "CANCELLED"], told.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Time_WhoDoesNotPrepareInTime_AllRollBackAlsoWhoAnswersTooLate()
    {
        var (members, whole, sender) = await BeginAsync(3, ttl: 60);
        await AnswerAsync(members[0], TransactionVerb.Prepare);
        var late = await FetchAsync(members[1]);
        Cluster.Time.Advance(TimeSpan.FromSeconds(61));
        await SettleAsync(whole, members);

        Assert.Equal(ResultReceipt.Recorded, await Object(members[1]).Result(Proved(members[1]), late.Id, new(true)));
        Assert.Null(await Object(members[2]).Fetch(Proved(members[2]), null));
        await AnswerAsync(members[0], TransactionVerb.Rollback);
        await AnswerAsync(members[1], TransactionVerb.Rollback);
        await SettleAsync(whole, members);

        Assert.Equal("EXPIRED", Data(await OutcomeAsync(sender, whole)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Time_WhoHasPreparedAndIsAway_IsNamedInDoubtAndSettlesWhenItIsBack()
    {
        var (members, whole, sender) = await BeginAsync(2, ttl: 60);
        foreach (var member in members) await AnswerAsync(member, TransactionVerb.Prepare);
        await SettleAsync(whole, members);
        await AnswerAsync(members[0], TransactionVerb.Commit);
        Cluster.Time.Advance(TimeSpan.FromSeconds(61));
        await SettleAsync(whole, members);

        var told = Data(await OutcomeAsync(sender, whole));
        Assert.Equal("UNKNOWN", told.GetProperty("outcome").GetString());
        Assert.Contains($"in doubt, prepared and not known to have committed: objects/{members[1]}", told.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await Cluster.ForgetAsync(Object(members[1]));
        await Cluster.ForgetAsync(Coordinator(whole));
        await AnswerAsync(members[1], TransactionVerb.Commit);
        await SettleAsync(whole, members);

        Assert.Equal("UNKNOWN", Data(await OutcomeAsync(sender, whole)).GetProperty("outcome").GetString());
        var settled = Assert.Single(await EventsAsync(sender, EventTypes.MessageSettled));
        Assert.Equal(["APPLIED", "APPLIED"], Data(settled).GetProperty("members").EnumerateArray().Select(member => member.GetProperty("outcome").GetString()));
        Assert.Empty(await ArmedAsync($"transactions/{whole.Id}"));
    }

    [Fact]
    public async Task Result_ThePromiseAgain_IsRepeatedAndAnotherOneConflicts()
    {
        var (members, whole, _) = await BeginAsync(2);
        var prepare = await AnswerAsync(members[0], TransactionVerb.Prepare);
        await Cluster.ForgetAsync(Object(members[0]));

        Assert.Equal(ResultReceipt.Repeated, await Object(members[0]).Result(Proved(members[0]), prepare.Id, new(true)));
        Assert.Equal(ResultReceipt.Conflict, await Object(members[0]).Result(Proved(members[0]), prepare.Id, new(false)));
        await AnswerAsync(members[1], TransactionVerb.Prepare);
        await SettleAsync(whole, members);
        var commit = await AnswerAsync(members[0], TransactionVerb.Commit);
        Assert.Equal(prepare.Id, commit.Transaction!.Part);
        Assert.Equal(ResultReceipt.Repeated, await Object(members[0]).Result(Proved(members[0]), commit.Id, new(true)));
    }

    [Fact]
    public async Task Send_ToOneObject_PreparesThenCommits()
    {
        var (id, sender) = (await CreateAsync(), await ListenAsync(null));
        var sent = await SendAsync(id, Draft("x", sender, confirmation: Confirmation.Transaction));
        await AnswerAsync(id, TransactionVerb.Prepare);
        Assert.Null((await FindAsync(sent.Id)).Outcome);
        await Cluster.ForgetAsync(Object(id));
        await AnswerAsync(id, TransactionVerb.Commit);

        Assert.Equal(["APPLIED"], Assert.Single(await OutcomesAsync(sender)));
        Assert.Equal(Outcome.Applied, (await FindAsync(sent.Id)).Outcome);
    }

    [Fact]
    public async Task Time_OneObjectThatIsAwayAfterItsPromise_IsInDoubtAndSettlesLater()
    {
        var (id, sender) = (await CreateAsync(), await ListenAsync(null));
        var sent = await SendAsync(id, Draft("x", sender, ttl: 60, confirmation: Confirmation.Transaction));
        await AnswerAsync(id, TransactionVerb.Prepare);
        await PassAsync(id, TimeSpan.FromSeconds(61));

        Assert.Equal(["UNKNOWN"], Assert.Single(await OutcomesAsync(sender)));
        Assert.Contains("in doubt", (await FindAsync(sent.Id)).Detail, StringComparison.Ordinal);
        await AnswerAsync(id, TransactionVerb.Commit);
        Assert.Equal("COMMIT", Data(Assert.Single(await EventsAsync(sender, EventTypes.MessageSettled))).GetProperty("decision").GetString());
    }

    [Fact]
    public async Task Time_OneObjectThatFetchedAndSaidNothing_RollsBackAndExpires()
    {
        var (id, sender) = (await CreateAsync(), await ListenAsync(null));
        await SendAsync(id, Draft("x", sender, ttl: 60, confirmation: Confirmation.Transaction));
        await FetchAsync(id);
        await PassAsync(id, TimeSpan.FromSeconds(61));
        Assert.Empty(await OutcomesAsync(sender));
        await AnswerAsync(id, TransactionVerb.Rollback);

        Assert.Equal(["EXPIRED"], Assert.Single(await OutcomesAsync(sender)));
    }

    [Fact]
    public async Task Cancel_Undecided_RollsBackAndDecidedIsRefused()
    {
        var (members, whole, sender) = await BeginAsync(2);
        await AnswerAsync(members[0], TransactionVerb.Prepare);
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await Object(members[1]).Cancel("op", (await FetchAsync(members[1])).Id));

        await Coordinator(whole).Cancel("op");
        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await Coordinator(whole).Cancel("op"));
        await SettleAsync(whole, members);
        foreach (var member in members) await AnswerAsync(member, TransactionVerb.Rollback);
        await SettleAsync(whole, members);

        Assert.Equal("CANCELLED", Data(await OutcomeAsync(sender, whole)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Delete_AMemberThatHasPrepared_RollsTheOthersBack()
    {
        var (members, whole, sender) = await BeginAsync(2);
        foreach (var member in members) await Object(member).Fetch(Proved(member), null);
        await AnswerAsync(members[0], TransactionVerb.Prepare);
        await Object(members[1]).Delete("op");
        await SettleAsync(whole, members[0]);
        await AnswerAsync(members[0], TransactionVerb.Rollback);
        await SettleAsync(whole, members[0]);

        Assert.Equal("FAILED", Data(await OutcomeAsync(sender, whole)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Push_PartOfATransaction_IsOnDiskAsHandedOutBefore()
    {
        var (members, whole, _) = await BeginAsync(1);
        await Object(members[0]).Attach(Proved(members[0]), Mqtt(members[0]), null);
        var pushed = Assert.Single(Edge.DeliveriesTo(members[0]));
        Assert.Equal(TransactionPhase.HandedOut, (await FindAsync(pushed.Message.Id)).Transaction!.Phase);

        await Object(members[0]).Settle(pushed.Message.Id, pushed.Attempt, new(SettlementKind.Acknowledged));
        await Object(members[0]).Result(Proved(members[0]), pushed.Message.Id, new(true));
        await SettleAsync(whole, members);
        Assert.Equal(TransactionVerb.Commit, Edge.DeliveriesTo(members[0])[^1].Message.Transaction!.Verb);
    }

    [Fact]
    public async Task Eviction_PartThatIsHandedOut_Stays()
    {
        var id = await CreateAsync(new() { Mailbox = new(MaxMessages: 1) });
        await SendAsync(id, Draft("x", confirmation: Confirmation.Transaction));
        await FetchAsync(id);

        await RefusedAsync(ErrorCode.ResourceExhausted, async () => await Object(id).Send(Draft("y", priority: 7)));
    }
}
