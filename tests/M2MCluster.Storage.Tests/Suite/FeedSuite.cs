using M2MCluster.Contracts.Events;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class FeedSuite : StorageSuite
{
    [SkippableFact]
    public async Task Read_EventsOfASet_AreInTheOrderOfItsListInEveryFeed()
    {
        var set = Set("a");
        var report = Report("a");
        set.Reports.Add(report);
        set.Events.Add(Event("a", "one", "two"));
        set.Events.Add(ReportEvent(report, "two"));
        set.Events.Add(Event("a", "two", "one"));
        await Node.Pipeline.CommitAsync(set);

        Assert.Equal([set.Events[0].Id, set.Events[2].Id], (await Node.Feeds.ReadAsync("one", FeedCursor.Start, 10, default)).Select(read => read.Id));
        var two = await Node.Feeds.ReadAsync("two", FeedCursor.Start, 10, default);
        Assert.Equal([1, 2, 3], two.Select(read => read.Position.Sequence));
        Assert.All(two, read => Assert.Equal(FeedCursor.PartitionOf("a"), read.Position.Partition));
        Assert.Equal((EventTypes.ObjectUpdated, "objects/a"), (two[0].Type, two[0].Subject));
        Assert.Equal("{}"u8.ToArray(), two[0].Data);
        Assert.Null(two[0].Report);
        Assert.Null(two[1].Data);
        Assert.Equal(report.Payload, two[1].Report!.Payload);
        Assert.Equal(["one", "two"], Node.Hints.Feeds.Order());
    }

    [SkippableFact]
    public async Task Read_ManyPartitions_AreMergedByTime()
    {
        var events = Enumerable.Range(0, 40).Select(i => Event($"o{i}", "app")).ToArray();
        for (var i = 0; i < 40; i++)
        {
            var set = Set($"o{i}");
            set.Events.Add(events[i]);
            await Node.Pipeline.CommitAsync(set);
        }

        Assert.Equal(events.Select(written => written.Id), (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 100, default)).Select(read => read.Id));
        var cursor = FeedCursor.Start;
        var pages = new List<long>();
        while (await Node.Feeds.ReadAsync("app", cursor, 7, default) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 7);
            pages.AddRange(page.Select(read => read.Id));
            cursor = page.Aggregate(cursor, (at, read) => at.Past(read.Position));
        }

        Assert.Equal(events.Select(written => written.Id), pages);
    }

    [SkippableFact]
    public async Task Read_ReportsOfARemovedObject_ArePassedOver()
    {
        var set = NewObject("a");
        for (var i = 0; i < 5; i++)
        {
            set.Reports.Add(Report("a"));
            set.Events.Add(ReportEvent(set.Reports[i], "app"));
        }

        await Node.Pipeline.CommitAsync(set);
        var removal = new Grains.Commit.WriteSet(new("object", "a", 1, null)) { RemovedObject = "a", Events = { Event("a", "app") } };
        await Node.Pipeline.CommitAsync(removal);

        var read = Assert.Single(await Node.Feeds.ReadAsync("app", FeedCursor.Start, 2, default));
        Assert.Equal(removal.Events[0].Id, read.Id);
        Assert.Equal(6, read.Position.Sequence);
    }

    [SkippableFact]
    public async Task Acknowledge_OlderCursor_DoesNotGoBack()
    {
        Assert.Equal(FeedCursor.Start.ToString(), (await Node.Feeds.AcknowledgedAsync("app", default)).ToString());
        var first = FeedCursor.Start.Past(new(0, 5)).Past(new(3, 2));
        await Node.Feeds.AcknowledgeAsync("app", first, default);
        await Node.Feeds.AcknowledgeAsync("app", FeedCursor.Start.Past(new(0, 4)).Past(new(7, 1)), default);
        await Node.Feeds.AcknowledgeAsync("other", FeedCursor.Start.Past(new(1, 1)), default);
        await ReopenAsync();
        Assert.Equal(first.Past(new(7, 1)).ToString(), (await Node.Feeds.AcknowledgedAsync("app", default)).ToString());
    }

    [SkippableFact]
    public Task Read_WhileManyWrite_SeesEveryNumberInOrder() => FeedFollower.FollowAsync([Node], 1500);
}
