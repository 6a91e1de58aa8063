using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

/// <summary>Applications, keys, subscriptions, groups.</summary>
public abstract class DirectorySuite : StorageSuite
{
    private static readonly Uri Webhook = new("https://example.com/hook");

    [SkippableFact]
    public async Task Applications_ChangedAndRemoved_AreListedSo()
    {
        foreach (var id in new[] { "b", "a" })
            await Node.Pipeline.CommitAsync(With(Set(id, kind: "application"), set => set.Application = new(id, "old", Noon)));
        await Node.Pipeline.CommitAsync(With(Set("b", 1, "application"), set => set.Application = new("b", "new", Noon)));

        Assert.Equal([new("a", "old", Noon), new("b", "new", Noon)], await Node.Applications.ListApplicationsAsync("", 10, default));
        Assert.Equal([new("b", "new", Noon)], await Node.Applications.ListApplicationsAsync("a", 10, default));

        await Node.Pipeline.CommitAsync(new(new StateWrite("application", "b", 2, null)) { RemovedApplication = "b" });
        Assert.Equal("a", Assert.Single(await Node.Applications.ListApplicationsAsync("", 10, default)).Id);
    }

    [SkippableFact]
    public async Task RemovedApplication_TakesKeysSubscriptionsAndFeedsAlong()
    {
        var set = Set("app", kind: "application");
        set.Application = new("app", "", Noon);
        set.Keys.Add(new([1], "app", false));
        set.Subscriptions.Add(new(new("app", "s1", "", null), false));
        set.Subscriptions.Add(new(new("app", "s2", "", Webhook), false));
        set.Events.Add(Event("o", "app", "app/s2", "other"));
        await Node.Pipeline.CommitAsync(set);
        Assert.Equal(2, (await Node.Applications.AllSubscriptionsAsync(default)).Count);

        await Node.Pipeline.CommitAsync(new(new StateWrite("application", "app", 1, null)) { RemovedApplication = "app" });

        Assert.Null(await Node.Keys.FindApplicationAsync(new byte[] { 1 }, default));
        Assert.Empty(await Node.Applications.AllSubscriptionsAsync(default));
        foreach (var feed in new[] { "app", "app/s2" }) Assert.Empty(await Node.Feeds.ReadAsync(feed, FeedCursor.Start, 10, default));
        Assert.Single(await Node.Feeds.ReadAsync("other", FeedCursor.Start, 10, default));
    }

    [SkippableFact]
    public async Task Keys_AddedAndRevoked_AreFoundMeanwhile()
    {
        var set = Set("app", kind: "application");
        set.Keys.AddRange([new([1, 2], "app", false), new([3], "app", false)]);
        await Node.Pipeline.CommitAsync(set);
        Assert.Equal("app", await Node.Keys.FindApplicationAsync(new byte[] { 1, 2 }, default));

        await Node.Pipeline.CommitAsync(With(Set("app", 1, "application"), next => next.Keys.Add(new([1, 2], "app", true))));
        Assert.Null(await Node.Keys.FindApplicationAsync(new byte[] { 1, 2 }, default));
        Assert.Equal("app", await Node.Keys.FindApplicationAsync(new byte[] { 3 }, default));
    }

    [SkippableFact]
    public async Task Subscription_Removed_TakesItsOwnFeedAlongOnly()
    {
        Subscription hook = new("app", "hook", "type = \"m2m.report\"", Webhook), plain = new("app", "plain", "", null);
        var set = Set("app", kind: "application");
        set.Subscriptions.AddRange([new(hook, false), new(plain, false)]);
        set.Events.Add(Event("o", hook.Feed, plain.Feed));
        await Node.Pipeline.CommitAsync(set);
        Assert.Equal([hook, plain], await Node.Applications.AllSubscriptionsAsync(default));

        await Node.Pipeline.CommitAsync(With(Set("app", 1, "application"), next => next.Subscriptions.AddRange([new(hook, true), new(plain, true)])));

        Assert.Empty(await Node.Applications.AllSubscriptionsAsync(default));
        Assert.Empty(await Node.Feeds.ReadAsync(hook.Feed, FeedCursor.Start, 10, default));
        Assert.Single(await Node.Feeds.ReadAsync(plain.Feed, FeedCursor.Start, 10, default));
    }

    [SkippableFact]
    public async Task Feed_DroppedAndUsedAgain_GoesOnWithItsNumbers()
    {
        Subscription hook = new("app", "hook", "", Webhook);
        await Node.Pipeline.CommitAsync(With(Set("app", kind: "application"), set => set.Events.Add(Event("o", hook.Feed))));
        await Node.Pipeline.CommitAsync(With(Set("app", 1, "application"), set => set.Subscriptions.Add(new(hook, true))));
        await Node.Pipeline.CommitAsync(With(Set("app", 2, "application"), set => set.Events.Add(Event("o", hook.Feed))));
        Assert.Equal(2, Assert.Single(await Node.Feeds.ReadAsync(hook.Feed, FeedCursor.Start, 10, default)).Position.Sequence);
    }

    [SkippableFact]
    public async Task Groups_MembersAddedAndRemoved_AreListedBothWays()
    {
        var set = Set("g", kind: "group");
        set.Group = new GroupView("g", "Floor 3", 3, Noon);
        set.Members.AddRange([new("g", "c", false), new("g", "a", false), new("g", "b", false), new("g", "a", false), new("g", "none", true)]);
        await Node.Pipeline.CommitAsync(set);
        await Node.Pipeline.CommitAsync(With(Set("h", kind: "group"), next => next.Members.Add(new("h", "a", false))));
        await Node.Pipeline.CommitAsync(With(Set("g", 1, "group"), next => next.Members.AddRange([new("g", "b", true), new("g", "d", true), new("g", "d", false)])));

        Assert.Equal(["a", "c", "d"], await Node.Groups.MembersAsync("g", "", 10, default));
        Assert.Equal(["c"], await Node.Groups.MembersAsync("g", "a", 1, default));
        Assert.Equal(["g", "h"], await Node.Groups.GroupsOfAsync("a", default));
        Assert.Equal([set.Group], await Node.Groups.ListAsync("", 10, default));

        await Node.Pipeline.CommitAsync(new(new StateWrite("group", "g", 2, null)) { RemovedGroup = "g" });
        Assert.Empty(await Node.Groups.ListAsync("", 10, default));
        Assert.Empty(await Node.Groups.MembersAsync("g", "", 10, default));
        Assert.Equal(["h"], await Node.Groups.GroupsOfAsync("a", default));
    }

    [SkippableFact]
    public async Task ReportTasks_ChangedAndRemoved_AreListedByApplicationAndTarget()
    {
        static ReportTaskView Of(string id, string application, string target, string reason = "") =>
            new() { Id = id, CreatedAt = Noon, Reason = reason, Terms = new() { Application = application, Target = target } };
        foreach (var task in new[] { Of("c", "app", "objects/a"), Of("a", "app", "groups/g"), Of("b", "", "objects/a") })
            await Node.Pipeline.CommitAsync(With(Set(task.Id, kind: "report-task"), set => set.ReportTask = task));
        await Node.Pipeline.CommitAsync(With(Set("c", 1, "report-task"), set => set.ReportTask = Of("c", "app", "objects/a", "changed")));
        var tasks = Node.Get<IReportTaskReader>();
        async Task<IEnumerable<string>> IdsAsync(string? application, string? target, string after = "", int limit = 10) =>
            (await tasks.ListAsync(application, target, after, limit, default)).Select(task => task.Id);

        Assert.Equal(["a", "b", "c"], await IdsAsync(null, null));
        Assert.Equal(["b"], await IdsAsync(null, null, "a", 1));
        Assert.Equal(["a", "c"], await IdsAsync("app", null));
        Assert.Equal(["b", "c"], await IdsAsync(null, "objects/a"));
        Assert.Equal(["c"], await IdsAsync("app", "objects/a"));
        Assert.Equal("changed", (await tasks.ListAsync("app", "objects/a", "", 10, default))[0].Reason);

        await Node.Pipeline.CommitAsync(new(new StateWrite("report-task", "c", 2, null)) { RemovedReportTask = "c" });
        Assert.Equal(["a", "b"], await IdsAsync(null, null));
    }

    private static WriteSet With(WriteSet set, Action<WriteSet> change)
    {
        change(set);
        return set;
    }
}
