using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Sweeping;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class SweepSuite : StorageSuite
{
    [SkippableFact]
    public async Task Sweep_EventsThatAreOldAndAcknowledged_AreDeleted()
    {
        var set = Set("a");
        for (var i = 0; i < 2500; i++) set.Events.Add(Event("a", "app"));
        set.Events.Add(Event("a", "unread"));
        var now = DateTimeOffset.UtcNow;
        set.Events.Add(Event("a", "app") with { Id = TimedId.FirstAt(now) });
        await Node.Pipeline.CommitAsync(set);
        var partition = FeedCursor.PartitionOf("a");
        await Node.Feeds.AcknowledgeAsync("app", FeedCursor.Start.Past(new(partition, 2400)), default);
        await Node.Get<Sweeper>().SweepAsync(default);
        Assert.Equal(2401, (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 1, default))[0].Position.Sequence);

        await Node.Feeds.AcknowledgeAsync("app", FeedCursor.Start.Past(new(partition, 2501)), default);
        await Node.Get<Sweeper>().SweepAsync(default);

        Assert.Equal(2501, Assert.Single(await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Position.Sequence);
        Assert.Equal(2, await CountAsync("feed"));
        await ReopenAsync();
        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 1, [1])) { Events = { Event("a", "app") } });
        Assert.Equal([2501, 2502], (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Select(read => read.Position.Sequence));
    }

    [SkippableFact]
    public async Task Sweep_ReportsOfARemovedObject_AreDeletedAndOthersStay()
    {
        var set = NewObject("a");
        for (var i = 0; i < 2100; i++) set.Reports.Add(Report("a"));
        set.Reports.Add(Report("b"));
        await Node.Pipeline.CommitAsync(set);
        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 1, null)) { RemovedObject = "a" });
        var again = NewObject("a");
        again.Reports.Add(Report("a"));
        await Node.Pipeline.CommitAsync(again);

        await Node.Get<Sweeper>().SweepAsync(default);

        Assert.Equal(2, await CountAsync("reports"));
        Assert.Equal(0, await CountAsync("erasures"));
        Assert.Single(await Node.Reports.ReadAsync("a", null, null, 0, 10, default));
    }

    [SkippableFact]
    public async Task Sweep_DroppedFeed_IsDeleted()
    {
        var set = Set("app", kind: "application");
        set.Events.Add(Event("a", "app", "other"));
        await Node.Pipeline.CommitAsync(set);
        await Node.Pipeline.CommitAsync(new(new StateWrite("application", "app", 1, null)) { RemovedApplication = "app" });

        await Node.Get<Sweeper>().SweepAsync(default);

        Assert.Equal(1, await CountAsync("feed"));
    }

    private async Task<long> CountAsync(string table) =>
        await Node.Get<IQueries>().FirstAsync($"SELECT count(*) FROM {table}", [], row => row.GetInt64(0), default);
}
