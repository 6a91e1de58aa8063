using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Sweeping;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

/// <summary>Messages go some days after their end, and nothing that somebody still waits for.</summary>
public abstract class SweepMessagesSuite : StorageSuite
{
    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-31);
    private static readonly DateTimeOffset Lately = DateTimeOffset.UtcNow.AddDays(-29);

    /// <summary>What the engine answers of a statement's plan, and how it says there that it reads all messages.</summary>
    private protected abstract (string Explain, int Column, string Scan) Planner { get; }

    [SkippableFact]
    public async Task Sweep_EndedLongAgo_IsDeletedAndOthersStay()
    {
        var waits = Message("objects/a");
        var lately = Ended(Message("objects/a"), Lately);
        var set = Set("a");
        set.Messages.AddRange([waits, lately]);
        for (var i = 0; i < 1500; i++) set.Messages.Add(Ended(Message(i % 2 == 0 ? "objects/a" : "applications/b"), Old));
        await Node.Pipeline.CommitAsync(set);

        await SweepAsync();

        Assert.Equal(2, await CountAsync("messages"));
        Assert.NotNull(await Node.Messages.FindAsync(waits.Id, default));
        Assert.NotNull(await Node.Messages.FindAsync(lately.Id, default));
    }

    [SkippableFact]
    public async Task Sweep_LargePayloads_AreDeletedAFewAtATime()
    {
        var set = Set("a");
        for (var i = 0; i < 12; i++) set.Messages.Add(Ended(Message("objects/a", payload: new byte[1 << 20]), Old));
        await Node.Pipeline.CommitAsync(set);
        await SweepAsync();
        Assert.Equal(0, await CountAsync("messages"));
    }

    [SkippableFact]
    public async Task Sweep_ToAGroup_GoesWithItsPartsTargetsAndStates()
    {
        var whole = Message("groups/g") with { RequestId = "r" };
        await Node.Pipeline.CommitAsync(Set(whole.Id.ToString(), kind: "group-message"));
        await Node.Pipeline.CommitAsync(Set("app/g/r", kind: "group-request"));
        var set = Set(whole.Id.ToString(), kind: "transaction");
        set.Targets = [new(whole.Id.Value, 0, [1])];
        set.Messages.Add(Ended(whole, Old));
        for (var i = 0; i < 2100; i++) set.Messages.Add(Ended(Message("objects/a", parent: whole.Id.Value), Old));
        var other = Ended(Message("groups/g"), Lately);
        set.Messages.AddRange([other, Ended(Message("objects/a", parent: other.Id.Value), Old)]);
        await Node.Pipeline.CommitAsync(set);
        await Node.Pipeline.CommitAsync(Set(other.Id.ToString(), kind: "group-message"));

        await SweepAsync();

        Assert.Equal(2, await CountAsync("messages"));
        Assert.Equal(0, await CountAsync("campaign_targets"));
        Assert.Equal(1, await CountAsync("state"));
        Assert.NotNull(await Node.State.ReadAsync("group-message", other.Id.ToString()));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sweep_APartThatWaitsOrEndedLately_KeepsTheWhole(bool ended)
    {
        var whole = Message("groups/g");
        var set = Set(whole.Id.ToString(), kind: "transaction");
        var part = Message("objects/a", parent: whole.Id.Value);
        set.Messages.AddRange([Ended(whole, Old), ended ? Ended(part, Lately) : part, Ended(Message("objects/b", parent: whole.Id.Value), Old)]);
        await Node.Pipeline.CommitAsync(set);

        await SweepAsync();

        Assert.Equal(3, await CountAsync("messages"));
        Assert.NotNull(await Node.State.ReadAsync("transaction", whole.Id.ToString()));
    }

    [SkippableFact]
    public async Task Sweep_EndOfUnknownTime_IsTakenForTheLatestThatItCanBe()
    {
        var set = Set("a");
        var young = TimedId.FirstAt(DateTimeOffset.UtcNow.AddDays(-394));
        foreach (var id in new[] { young, TimedId.FirstAt(DateTimeOffset.UtcNow.AddDays(-396)) })
            set.Messages.Add(Message("objects/a", id) with { Outcome = Outcome.Delivered });
        await Node.Pipeline.CommitAsync(set);

        await SweepAsync();

        Assert.Equal(1, await CountAsync("messages"));
        Assert.NotNull(await Node.Messages.FindAsync(new(young), default));
    }

    [SkippableFact]
    public async Task Sweep_ForEver_DeletesNothing()
    {
        await ReopenAsync(options => options.KeepMessagesDays = 0);
        var set = Set("a");
        set.Messages.Add(Ended(Message("objects/a"), Old));
        await Node.Pipeline.CommitAsync(set);
        await SweepAsync();
        Assert.Equal(1, await CountAsync("messages"));
    }

    [SkippableTheory]
    [InlineData(EndedMessages.PageSql)]
    [InlineData(EndedMessages.PartsSql)]
    [InlineData(EndedMessages.DeletePartsSql)]
    public async Task Sweep_ByItsPlan_ReadsByAnIndex(string sql)
    {
        for (var one = 0; one < 10; one++)
        {
            var whole = Message("groups/g");
            var set = Set($"a{one}");
            set.Messages.Add(whole);
            for (var i = 0; i < 400; i++) set.Messages.Add(i % 2 == 0 ? Ended(Message("objects/a", parent: whole.Id.Value), Old) : Ended(Message("objects/a"), Old));
            await Node.Pipeline.CommitAsync(set);
        }

        if (Planner.Explain == "EXPLAIN ") await Node.Get<IQueries>().ListAsync("ANALYZE messages", [], _ => 0, default);
        foreach (var (name, value) in new[] { ("@old", "1"), ("@at", "0"), ("@id", "0"), ("@step", "1000"), ("@parent", "1"), ("@after", "0"), ("$1", "1"), ("$2", "2") })
            sql = sql.Replace(name, value, StringComparison.Ordinal);
        var (explain, column, scan) = Planner;

        var plan = await Node.Get<IQueries>().ListAsync(explain + sql, [], row => row.GetString(column), default);

        Assert.NotEmpty(plan);
        Assert.DoesNotContain(plan, line => line.Contains(scan, StringComparison.Ordinal) || line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    private static MessageRecord Ended(MessageRecord message, DateTimeOffset at) => message with { Outcome = Outcome.Delivered, EndedAt = at };

    private Task SweepAsync() => Node.Get<Sweeper>().SweepAsync(default);

    private async Task<long> CountAsync(string table) =>
        await Node.Get<IQueries>().FirstAsync($"SELECT count(*) FROM {table}", [], row => row.GetInt64(0), default);
}
