using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Transactions;

/// <summary>
/// The silo dies at each commit of a transaction in turn, once just before it is stored and once just after, before anybody heard. All that was in memory is gone; then life
/// goes on, and all objects and the sender must agree in the end.
/// </summary>
public sealed class CrashTests(GrainCluster cluster) : GrainTests(cluster)
{
    // More than any of the runs takes; a run that ends without a crash ends the test.
    private const int MostCommits = 60;

    private enum Doing
    {
        Nothing,
        Prepared,
        Done,
        Undone,
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Transaction_SiloDiesAtAnyCommit_AllAgreeAfterwards(bool oneRefuses, bool stored)
    {
        var crashes = 0;
        for (var commit = 0; commit < MostCommits; commit++)
        {
            if (!await RunAsync(oneRefuses, commit, stored)) break;
            crashes++;
        }

        // To begin, to hand out and to promise on three, to decide, to carry out on three, to end.
        Assert.InRange(crashes, oneRefuses ? 7 : 10, MostCommits - 1);
    }

    private async Task<bool> RunAsync(bool oneRefuses, int commit, bool stored)
    {
        var members = new[] { await CreateAsync(), await CreateAsync(), await CreateAsync() };
        var refuses = oneRefuses ? members[1] : null;
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        var sender = await ListenAsync(null);
        var doing = members.ToDictionary(member => member, _ => Doing.Nothing);

        Cluster.Pipeline.DieAt(commit, stored);
        MessageRecord? whole = null;
        var crashed = false;
        for (var round = 0; whole?.Outcome is null; round++)
        {
            Assert.True(round < 30, $"the transaction does not end after a crash at commit {commit}");
            // The sender tries until it is answered; the request is one.
            var sent = await TryAsync(async () => (await group.Send(Draft("x", sender, confirmation: Confirmation.Transaction, request: "once"))).Message);
            foreach (var member in members) await TryAsync(() => LiveAsync(member, doing, refuses));
            if (sent is not null)
            {
                await TryAsync(async () =>
                {
                    await Cluster.Grains.GetGrain<ITransactionGrain>(sent.Id.Value).Wake(1);
                    return "";
                });
            }

            if (Cluster.Pipeline.IsDead)
            {
                crashed = true;
                foreach (var member in members) await Cluster.ForgetAsync(Object(member));
                await Cluster.ForgetAsync(group);
                foreach (var id in await WholesAsync(group)) await Cluster.ForgetAsync(Cluster.Grains.GetGrain<ITransactionGrain>(id.Value));
                Cluster.Pipeline.Revive();
            }

            whole = sent is null ? null : await FindAsync(sent.Id);
        }

        Cluster.Pipeline.Revive();
        Assert.Equal(refuses is null ? Outcome.Applied : Outcome.Rejected, whole.Outcome);
        Assert.All(doing, one => Assert.Equal(one.Key == refuses ? Doing.Nothing : refuses is null ? Doing.Done : one.Value == Doing.Nothing ? Doing.Nothing : Doing.Undone, one.Value));
        Assert.Single(await EventsAsync(sender, EventTypes.MessageOutcome), told => told.Subject == whole.Target);
        var parts = await Cluster.Messages.PartsAsync(whole.Id, 10, CancellationToken.None);
        Assert.All(parts, part => Assert.NotNull(part.Outcome));
        Assert.All(await OutcomesAsync(sender), outcomes => Assert.Single(outcomes));
        Assert.Single(await WholesAsync(group));
        foreach (var member in members) Assert.Null(await Object(member).Fetch(Proved(member), null));
        return crashed;
    }

    /// <summary>The device: what it promised and did it has on its own disk.</summary>
    private async Task<string> LiveAsync(string member, Dictionary<string, Doing> doing, string? refuses)
    {
        await Object(member).Wake(0);
        if (await Object(member).Fetch(Proved(member), null) is not { } message) return "";
        var ok = message.Transaction!.Verb switch
        {
            TransactionVerb.Prepare => member != refuses,
            TransactionVerb.Commit => doing[member] is Doing.Prepared or Doing.Done,
            _ => doing[member] != Doing.Done,
        };
        Assert.True(ok || message.Transaction.Verb == TransactionVerb.Prepare, $"{message.Transaction.Verb} to one that is {doing[member]}");
        if (ok)
        {
            doing[member] = message.Transaction.Verb switch
            {
                TransactionVerb.Prepare => doing[member] == Doing.Nothing ? Doing.Prepared : doing[member],
                TransactionVerb.Commit => Doing.Done,
                _ => doing[member] == Doing.Nothing ? Doing.Nothing : Doing.Undone,
            };
        }

        await Object(member).Result(Proved(member), message.Id, new(ok));
        return "";
    }

    private async Task<IReadOnlyList<MessageId>> WholesAsync(IGroupGrain group) =>
        [.. (await Cluster.Messages.ListAsync(new(Target: Names.Groups + group.GetPrimaryKeyString()), new(long.MaxValue), 10, CancellationToken.None)).Select(whole => whole.Id)];

    private static async Task<T?> TryAsync<T>(Func<Task<T>> act)
        where T : class
    {
        try
        {
            return await act();
        }
        catch (M2MException unavailable) when (unavailable.Code == ErrorCode.Unavailable)
        {
            return null;
        }
    }
}
