using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class CommitSuite : StorageSuite
{
    [SkippableFact]
    public async Task CommitAsync_EventsAddressedBeforeASubscription_IsRefusedWholeUntilAddressedAgain()
    {
        var before = await Node.State.AudienceAsync();
        var subscribes = Set("app", kind: "application");
        subscribes.Subscriptions.Add(new(new("app", "s", "", null), Removed: false));
        await Node.Pipeline.CommitAsync(subscribes);
        var set = Set("a");
        set.Reports.Add(Report("a"));
        set.Audience = before;
        var refusal = await Assert.ThrowsAsync<OutdatedAudienceException>(async () => await Node.Pipeline.CommitAsync(set));
        Assert.Empty(await Node.Reports.ReadAsync("a", null, null, 0, 10, default));
        Assert.Equal(await Node.State.AudienceAsync(), refusal.Now);
        Assert.Equal(before.Subscriptions + 1, refusal.Now.Subscriptions);
        Assert.Equal(before.Membership, refusal.Now.Membership);

        set.Audience = refusal.Now;
        await Node.Pipeline.CommitAsync(set);
        Assert.Single(await Node.Reports.ReadAsync("a", null, null, 0, 10, default));
    }

    [SkippableFact]
    public async Task CommitAsync_EventsAddressedBeforeAnObjectJoined_AreRefusedIfTheyLookedAtGroups()
    {
        var before = await Node.State.AudienceAsync();
        var joins = Set("g", kind: "group");
        joins.Members.Add(new("g", "a", Removed: false));
        await Node.Pipeline.CommitAsync(joins);
        var set = Set("a");
        set.Audience = before;
        await Assert.ThrowsAsync<OutdatedAudienceException>(async () => await Node.Pipeline.CommitAsync(set));
        set.Audience = before with { Membership = null };
        await Node.Pipeline.CommitAsync(set);
    }

    [SkippableFact]
    public async Task CommitAsync_AudienceVersions_OutliveTheNode()
    {
        var subscribes = Set("app", kind: "application");
        subscribes.RemovedApplication = "app";
        await Node.Pipeline.CommitAsync(subscribes);
        var versions = await Node.State.AudienceAsync();
        await ReopenAsync();
        Assert.Equal(versions, await Node.State.AudienceAsync());
        var set = Set("a");
        set.Audience = versions;
        await Node.Pipeline.CommitAsync(set);
    }

    [SkippableFact]
    public async Task CommitAsync_NewState_IsReadWithVersionOne()
    {
        await Node.Pipeline.CommitAsync(Set("a", body: [4, 5]));

        var state = await Node.State.ReadAsync("object", "a");
        Assert.Equal(1, state!.Version);
        Assert.Equal<byte>([4, 5], state.Body);
        Assert.Null(await Node.State.ReadAsync("group", "a"));
        Assert.Null(await Node.State.ReadAsync("object", "b"));
    }

    [SkippableFact]
    public async Task CommitAsync_NextVersion_ReplacesState()
    {
        await Node.Pipeline.CommitAsync(Set("a"));
        await Node.Pipeline.CommitAsync(Set("a", 1, body: []));

        var state = await Node.State.ReadAsync("object", "a");
        Assert.Equal(2, state!.Version);
        Assert.Empty(state.Body);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task CommitAsync_StaleVersion_StoresNothingOfTheSet(long version)
    {
        await Node.Pipeline.CommitAsync(Set("a"));
        await Node.Pipeline.CommitAsync(Set("a", 1));
        var stale = Set("a", version);
        var report = Report("a");
        stale.Reports.Add(report);
        stale.Events.Add(ReportEvent(report, "app"));
        stale.Messages.Add(Message("objects/a"));
        stale.Description = Description("a");

        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(stale));

        Assert.Empty(await Node.Reports.ReadAsync("a", null, null, 0, 10, default));
        Assert.Empty(await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default));
        Assert.Null(await Node.Messages.FindAsync(stale.Messages[0].Id, default));
        Assert.Empty(await Node.Objects.ListAsync(null, null, "", 10, default));
        Assert.Equal(2, (await Node.State.ReadAsync("object", "a"))!.Version);
    }

    [SkippableFact]
    public async Task CommitAsync_StateThatIsNotThere_IsStale() =>
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(Set("a", 5)));

    [SkippableFact]
    public async Task CommitAsync_StaleAmongMany_RefusesOnlyTheStale()
    {
        for (var i = 0; i < 50; i++) await Node.Pipeline.CommitAsync(Set($"o{i}"));

        var commits = Enumerable.Range(0, 50).Select(async i =>
        {
            var set = Set($"o{i}", i % 5 == 0 ? 7 : 1);
            var report = Report($"o{i}");
            set.Reports.Add(report);
            set.Events.Add(ReportEvent(report, "app"));
            try
            {
                await Node.Pipeline.CommitAsync(set);
                return true;
            }
            catch (StaleVersionException)
            {
                return false;
            }
        }).ToArray();

        var committed = await Task.WhenAll(commits);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => i % 5 != 0), committed);
        Assert.Equal(40, (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 100, default)).Count);
        for (var i = 0; i < 50; i++)
            Assert.Equal(i % 5 == 0 ? 0 : 1, (await Node.Reports.ReadAsync($"o{i}", null, null, 0, 10, default)).Count);
    }

    [SkippableFact]
    public async Task CommitAsync_SameStateFromTwo_OneWins()
    {
        await Node.Pipeline.CommitAsync(Set("a"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await Node.Pipeline.CommitAsync(Set("a", 1));
                return true;
            }
            catch (StaleVersionException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, won => won);
        Assert.Equal(2, (await Node.State.ReadAsync("object", "a"))!.Version);
    }

    [SkippableFact]
    public async Task CommitAsync_NullBody_RemovesTheState()
    {
        await Node.Pipeline.CommitAsync(Set("a"));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 0, null))));

        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 1, null)));

        Assert.Null(await Node.State.ReadAsync("object", "a"));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 1, null))));
        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 0, null)));
        await Node.Pipeline.CommitAsync(Set("a"));
        Assert.Equal(1, (await Node.State.ReadAsync("object", "a"))!.Version);
    }

    [SkippableFact]
    public async Task CommitAsync_ManyWriters_KeepsEverySet()
    {
        const int writers = 64, each = 20;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var version = 0; version < each; version++)
            {
                var set = Set($"w{writer}", version);
                set.Reports.Add(Report($"w{writer}"));
                await Node.Pipeline.CommitAsync(set);
            }
        }));

        for (var writer = 0; writer < writers; writer++)
        {
            Assert.Equal(each, (await Node.State.ReadAsync("object", $"w{writer}"))!.Version);
            Assert.Equal(each, (await Node.Reports.ReadAsync($"w{writer}", null, null, 0, 100, default)).Count);
        }
    }

    [SkippableFact]
    public async Task CommitAsync_RowThatTheDatabaseRefuses_FailsThatSetAlone()
    {
        var id = NextId();
        var first = Set("first");
        first.Reports.Add(Report("first", id));
        await Node.Pipeline.CommitAsync(first);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var set = Set($"o{i}");
            set.Reports.Add(Report($"o{i}", i == 7 ? id : null));
            try
            {
                await Node.Pipeline.CommitAsync(set);
                return true;
            }
            catch (M2MException)
            {
                return false;
            }
        }));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => i != 7), outcomes);
        Assert.Null(await Node.State.ReadAsync("object", "o7"));
        Assert.NotNull(await Node.State.ReadAsync("object", "o8"));
    }

    [SkippableFact]
    public async Task CommitAsync_AfterReopen_EverythingIsThere()
    {
        var set = NewObject("a");
        var report = Report("a", name: [1]);
        set.Reports.Add(report);
        set.Events.Add(ReportEvent(report, "app"));
        set.Messages.Add(Message("objects/a"));
        await Node.Pipeline.CommitAsync(set);

        await ReopenAsync();

        var stored = await Node.State.ReadObjectAsync("a");
        Assert.Equal("Object a", stored!.Description.DisplayName);
        Assert.Equal(set.Messages[0].Id, Assert.Single(stored.Waiting).Id);
        Assert.True(await Node.State.HasReportAsync("a", [1]));
        Assert.Equal(report.Id, Assert.Single(await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Id);
        Assert.Equal(set.Messages[0].Id.Value, await Node.State.LastIdAsync(TimedIds.NodeOf(set.Messages[0].Id.Value)));

        var more = Set("a", 1);
        more.Events.Add(Event("a", "app"));
        await Node.Pipeline.CommitAsync(more);
        Assert.Equal([1, 2], (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Select(read => read.Position.Sequence));
    }
}
