using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

/// <summary>Reports, objects, messages, due times.</summary>
public abstract class ReadingSuite : StorageSuite
{
    [SkippableFact]
    public async Task Reports_OfAPeriod_AreThoseReceivedInIt()
    {
        var set = Set("a");
        var ids = Enumerable.Range(0, 10).Select(i => TimedId.FirstAt(Noon.AddMilliseconds(i)) + 1).ToArray();
        foreach (var id in ids) set.Reports.Add(Report("a", id));
        set.Reports.Add(Report("b"));
        await Node.Pipeline.CommitAsync(set);

        async Task<IEnumerable<long>> Read(double? from, double? to, long after = 0, int limit = 100) =>
            (await Node.Reports.ReadAsync("a", At(from), At(to), after, limit, default)).Select(report => report.Id);
        Assert.Equal(ids, await Read(null, null));
        Assert.Equal(ids[3..7], await Read(3, 7));
        Assert.Equal(ids[4..8], await Read(3.5, 7.5));
        Assert.Equal(ids[5..7], await Read(3, null, ids[4], 2));
        Assert.Empty(await Read(10, null));
        Assert.Empty(await Read(null, null, long.MaxValue));

        static DateTimeOffset? At(double? milliseconds) => milliseconds is { } some ? Noon.AddTicks((long)(some * TimeSpan.TicksPerMillisecond)) : null;
    }

    [SkippableFact]
    public async Task Reports_Latest_IsTheLastOneThatCouldBeRead()
    {
        var set = Set("a");
        set.Reports.Add(new(NextId(), "a", "text/plain", []));
        set.Reports.Add(new(NextId(), "a", "text/plain", []));
        set.Reports.Add(new(NextId(), "a", "text/plain", [], Fault: "not SenML"));
        await Node.Pipeline.CommitAsync(set);

        Assert.Equal(TimedId.TimeOf(set.Reports[1].Id), await Node.Reports.LatestAsync("a", default));
        Assert.Null(await Node.Reports.LatestAsync("b", default));
    }

    [SkippableFact]
    public async Task Reports_EveryField_ComesBack()
    {
        var set = Set("a");
        set.Reports.Add(new(NextId(), "a", "text/plain", [], [1, 2], "gateway", "not SenML"));
        set.Reports.Add(new(NextId(), "a", "", [0, 255]));
        await Node.Pipeline.CommitAsync(set);

        var read = await Node.Reports.ReadAsync("a", null, null, 0, 10, default);
        Assert.Equal(2, read.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(set.Reports[i] with { Payload = [], GivenName = null }, read[i] with { Payload = [], GivenName = null });
            Assert.Equal(set.Reports[i].Payload, read[i].Payload);
            Assert.Equal(set.Reports[i].GivenName, read[i].GivenName);
        }
    }

    [SkippableFact]
    public async Task HasReport_NameOfTheSameObject_IsFound()
    {
        var set = Set("a");
        set.Reports.Add(Report("a", name: [7, 7]));
        await Node.Pipeline.CommitAsync(set);

        Assert.True(await Node.State.HasReportAsync("a", [7, 7]));
        Assert.False(await Node.State.HasReportAsync("a", [7]));
        Assert.False(await Node.State.HasReportAsync("b", [7, 7]));
    }

    [SkippableFact]
    public async Task RemovedObject_CreatedAgain_HasNothingOfTheFirst()
    {
        var set = NewObject("a");
        set.Reports.Add(Report("a", name: [1]));
        await Node.Pipeline.CommitAsync(set);
        var group = Set("g", kind: "group");
        group.Members.Add(new("g", "a", false));
        await Node.Pipeline.CommitAsync(group);

        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "a", 1, null)) { RemovedObject = "a" });

        Assert.Null(await Node.State.ReadObjectAsync("a"));
        Assert.Empty(await Node.Objects.ListAsync(null, null, "", 10, default));
        Assert.Empty(await Node.Groups.GroupsOfAsync("a", default));

        var again = NewObject("a");
        var report = Report("a", name: [2]);
        again.Reports.Add(report);
        await Node.Pipeline.CommitAsync(again);
        Assert.Equal(report.Id, Assert.Single(await Node.Reports.ReadAsync("a", null, null, 0, 10, default)).Id);
        Assert.False(await Node.State.HasReportAsync("a", [1]));
        Assert.True(await Node.State.HasReportAsync("a", [2]));
    }

    [SkippableFact]
    public async Task ReadObject_MessagesWaiting_AreThereByIdWithoutThoseThatEnded()
    {
        await Node.Pipeline.CommitAsync(NewObject("a"));
        var messages = Enumerable.Range(0, 4).Select(_ => Message("objects/a")).ToArray();
        var set = Set("a", 1);
        set.Messages.AddRange(messages.Reverse());
        set.Messages.Add(Message("objects/b"));
        await Node.Pipeline.CommitAsync(set);
        var end = Set("a", 2);
        end.Messages.Add(messages[1] with { Outcome = Outcome.Delivered, EndedAt = Noon.AddMinutes(1), Detail = "acknowledged" });
        await Node.Pipeline.CommitAsync(end);

        var stored = await Node.State.ReadObjectAsync("a");
        Assert.Equal(3, stored!.State.Version);
        Assert.Equal([messages[0].Id, messages[2].Id, messages[3].Id], stored.Waiting.Select(message => message.Id));
        Assert.Equal(messages[0].Payload, stored.Waiting[0].Payload);
        Assert.Equal("acknowledged", (await Node.Messages.FindAsync(messages[1].Id, default))!.Detail);
        Assert.Null(await Node.State.ReadObjectAsync("b"));
    }

    [SkippableFact]
    public async Task Objects_ListedByKindAndGateway_ComeByIdInPages()
    {
        await Node.Pipeline.CommitAsync(NewObject("g1", ObjectKind.Gateway));
        foreach (var id in new[] { "b", "a", "C", "~z", "a.1" }) await Node.Pipeline.CommitAsync(NewObject(id, gateway: id == "b" ? null : "g1"));

        async Task<IEnumerable<string>> List(ObjectKind? kind, string? gateway, string after = "", int limit = 100) =>
            (await Node.Objects.ListAsync(kind, gateway, after, limit, default)).Select(listed => listed.Description.Id);
        Assert.Equal(["C", "a", "a.1", "b", "g1", "~z"], await List(null, null));
        Assert.Equal(["a.1", "b"], await List(null, null, "a", 2));
        Assert.Equal(["g1"], await List(ObjectKind.Gateway, null));
        Assert.Equal(["a", "a.1", "~z"], await List(ObjectKind.Device, "g1", "C"));
        Assert.Equal(["a", "a.1"], await Node.Objects.ChildrenAsync("g1", "C", 2, default));
        Assert.Equal(["C", "a"], (await Node.Objects.ChildrenAmongAsync("g1", ["a", "C", "b", "none"], default)).Order(StringComparer.Ordinal));
        Assert.Equal(["b", "g1"], (await Node.Objects.ExistingAsync(["b", "none", "g1", "it's"], default)).Order(StringComparer.Ordinal));
        Assert.Empty(await Node.Objects.ExistingAsync([], default));
    }

    [SkippableFact]
    public async Task Objects_SeenAndOnline_AreAsOfTheLastCommit()
    {
        foreach (var (id, seen, until) in new[] { ("never", 0L, 0L), ("awake", Noon.ToUnixTimeMilliseconds(), Noon.AddSeconds(93).ToUnixTimeMilliseconds()), ("connected", Noon.ToUnixTimeMilliseconds(), long.MaxValue) })
            await Node.Pipeline.CommitAsync(new(new StateWrite("object", id, 0, [1], seen, until)) { Description = Description(id) });

        var listed = await Node.Objects.ListAsync(null, null, "", 10, default);
        Assert.Equal([Noon.AddSeconds(93), DateTimeOffset.MaxValue, null], listed.Select(one => one.OnlineUntil));
        Assert.Equal([Noon, Noon, null], listed.Select(one => one.LastSeenAt));
        string[] all = ["never", "awake", "connected", "none"];
        Assert.Equal(["awake", "connected"], (await Node.Objects.OnlineAsync(all, Noon.AddSeconds(92), default)).Order());
        Assert.Equal(["connected"], await Node.Objects.OnlineAsync(all, Noon.AddSeconds(93), default));
    }

    [SkippableFact]
    public async Task Messages_Searched_AreFoundByEachField()
    {
        var group = Set("g", kind: "group");
        var parent = Message("groups/g", payload: new byte[5000]);
        group.Messages.Add(parent);
        for (var i = 0; i < 3; i++) group.Messages.Add(Message($"objects/m{i}", parent: parent.Id.Value, payload: [.. parent.Payload]));
        group.Messages.Add(Message("objects/m0", application: "other") with { RequestId = "r1" });
        await Node.Pipeline.CommitAsync(group);
        var end = Set("m1");
        end.Messages.Add(group.Messages[2] with { Outcome = Outcome.Applied });
        await Node.Pipeline.CommitAsync(end);

        async Task<IEnumerable<MessageId>> List(MessageQuery query, long before = long.MaxValue, int limit = 10) =>
            (await Node.Messages.ListAsync(query, new(before), limit, default)).Select(message => message.Id);
        var ids = group.Messages.Select(message => message.Id).ToArray();
        Assert.Equal(ids.Reverse(), await List(new()));
        Assert.Equal([ids[2], ids[1]], await List(new(), ids[3].Value, 2));
        Assert.Equal([ids[4]], await List(new(Application: "other")));
        Assert.Equal([ids[4], ids[1]], await List(new(Target: "objects/m0")));
        Assert.Equal([ids[3], ids[1]], await List(new(Parent: parent.Id, Waiting: true)));
        Assert.Equal([ids[2]], await List(new(Parent: parent.Id, Waiting: false)));
        Assert.Equal(ids[4], (await Node.Messages.FindByRequestAsync("other", "objects/m0", "r1", default))!.Id);
        Assert.Null(await Node.Messages.FindByRequestAsync("app", "objects/m0", "r1", default));
        Assert.Equal(["m0", "m2"], (await Node.Messages.WaitingAmongAsync(["m0", "m1", "m2", "m3"], default)).Order());
        Assert.Equal(
            [new(null, 2), new(Outcome.Applied, 1)],
            (await Node.Messages.OutcomesAsync(parent.Id, default)).OrderBy(count => count.Outcome ?? 0));
    }

    [SkippableFact]
    public async Task Messages_OfACampaign_ReadWithItsPayload()
    {
        var group = Set("g", kind: "group");
        var parent = Message("groups/g", payload: [.. Enumerable.Range(0, 1000).Select(i => (byte)i)]);
        group.Messages.Add(parent);
        group.Messages.Add(Message("objects/a", parent: parent.Id.Value, payload: parent.Payload));
        group.Messages.Add(Message("objects/a", parent: parent.Id.Value, payload: []));
        await Node.Pipeline.CommitAsync(group);
        await Node.Pipeline.CommitAsync(NewObject("a"));

        var waiting = (await Node.State.ReadObjectAsync("a"))!.Waiting;
        Assert.Equal(parent.Payload, waiting[0].Payload);
        Assert.Empty(waiting[1].Payload);
        Assert.Equal(parent.Payload, (await Node.Messages.FindAsync(waiting[0].Id, default))!.Payload);
    }

    [SkippableFact]
    public async Task WaitingForChildren_OfAGateway_IsByPriorityAndIdAndLeavesOutWhatIsHeld()
    {
        foreach (var child in new[] { "b", "a" }) await Node.Pipeline.CommitAsync(NewObject(child, gateway: "gw"));
        await Node.Pipeline.CommitAsync(NewObject("c"));
        var set = Set("b", 1);
        foreach (var target in new[] { "b", "a", "c", "a" }) set.Messages.Add(Message("objects/" + target));
        set.Messages.Add(Message("objects/a") with { Outcome = Outcome.Expired });
        set.Messages.Add(Message("objects/b") with { Priority = 7 });
        set.Messages.Add(Message("objects/a") with { Transaction = new(TransactionPhase.Prepared) });
        set.Messages.Add(Message("objects/a") with { Terms = new() { NotBefore = DateTimeOffset.UnixEpoch.AddDays(1) } });
        await Node.Pipeline.CommitAsync(set);

        var now = DateTimeOffset.UnixEpoch;
        Assert.Equal(
            [
                new(set.Messages[5].Id, "b", "text/plain", 4, 7), new(set.Messages[0].Id, "b", "text/plain", 4, 3), new(set.Messages[1].Id, "a", "text/plain", 4, 3),
                new(set.Messages[3].Id, "a", "text/plain", 4, 3),
            ],
            await Node.Messages.WaitingForChildrenAsync("gw", now, 10, default));
        Assert.Equal(5, (await Node.Messages.WaitingForChildrenAsync("gw", now.AddDays(1), 10, default)).Count);
        Assert.Equal(set.Messages[5].Id, Assert.Single(await Node.Messages.WaitingForChildrenAsync("gw", now, 1, default)).Id);

        // Once its object has given its word no more is handed out, and then again what follows.
        var next = Set("b", 2);
        next.Messages.Add(set.Messages[0] with { Transaction = new(TransactionPhase.Prepared) });
        await Node.Pipeline.CommitAsync(next);
        Assert.DoesNotContain(await Node.Messages.WaitingForChildrenAsync("gw", now, 10, default), entry => entry.Id == set.Messages[0].Id);
    }

    [SkippableFact]
    public async Task KeepFactAsync_ToldTwice_KeepsTheFirst()
    {
        Assert.Equal("one", await Node.Storage.KeepFactAsync("pepper", "one", default));
        Assert.Equal("one", await Node.Storage.KeepFactAsync("pepper", "two", default));
        Assert.Equal("two", await Node.Storage.KeepFactAsync("other", "two", default));
    }

    [SkippableFact]
    public async Task LastId_AfterAnyRow_IsTheHighest()
    {
        Assert.Equal(0, await Node.State.LastIdAsync(0));
        var set = Set("a");
        set.Reports.Add(Report("a"));
        set.Audit.Add(new(NextId(), "operator", "object.create", "objects/a", ""));
        set.Events.Add(Event("a"));
        await Node.Pipeline.CommitAsync(set);
        Assert.Equal(set.Events[0].Id, await Node.State.LastIdAsync(TimedIds.NodeOf(set.Events[0].Id)));
    }

    [SkippableFact]
    public async Task Inbox_RowsOfOthers_AreNewsOnce()
    {
        await Node.Pipeline.CommitAsync(NewObject("a"));
        await Node.State.ReadObjectAsync("a");
        Assert.False(Node.Inbox.TakeNews("a"));
        var group = Set("g", kind: "group");
        group.Messages.Add(Message("objects/a"));
        group.Inboxes.AddRange(["a", "sleeper"]);
        await Node.Pipeline.CommitAsync(group);

        Assert.True(Node.Inbox.TakeNews("a"));
        Assert.False(Node.Inbox.TakeNews("a"));
        Assert.False(Node.Inbox.TakeNews("sleeper"));
    }
}
