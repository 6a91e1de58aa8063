using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

/// <summary>The index of due times, and what those who sleep are read by.</summary>
public abstract class DueSuite : StorageSuite
{
    /// <summary>Runs statements on the database, beside the node, which has it open.</summary>
    protected abstract Task ExecuteAsync(string sql);

    [SkippableFact]
    public async Task Due_ArmedAndDisarmed_ComesInOrderOfTime()
    {
        var (a, b, c) = ThreeOfOneShard();
        var set = Set(a);
        set.Arm.AddRange([new(300, a), new(100, b), new(100, a), new(200, c)]);
        await Node.Pipeline.CommitAsync(set);
        var next = Set(a, 1);
        next.Arm.AddRange([new(100, b), new(50, c)]);
        next.Disarm.AddRange([new(200, c), new(999, c)]);
        await Node.Pipeline.CommitAsync(next);

        var shard = DueTime.ShardOf(a);
        Assert.Equal([new(50, c), new(100, a), new(100, b), new(300, a)], await Node.State.DueAsync(shard, default, 300, 10));
        Assert.Equal([new(50, c), new(100, a)], await Node.State.DueAsync(shard, default, 299, 2));
        Assert.Equal([new(100, b), new(300, a)], await Node.State.DueAsync(shard, new(100, a), 300, 10));
        Assert.Empty(await Node.State.DueAsync(shard, default, 49, 10));
        Assert.Empty(await Node.State.DueAsync((shard + 1) % DueTime.Shards, default, 1000, 10));
    }

    [SkippableFact]
    public async Task Arm_Committed_IsToldToTheSchedule()
    {
        var set = Set("a");
        set.Arm.AddRange([new(300, "a"), new(100, "b")]);
        await Node.Pipeline.CommitAsync(set);
        var stale = Set("a");
        stale.Arm.Add(new(400, "a"));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(stale));

        Assert.Equal([new(300, "a"), new(100, "b")], Node.DueHints.Times);
    }

    [SkippableFact]
    public async Task Migration_OfTheUndividedIndex_GivesEachRowItsShard()
    {
        await ExecuteAsync("DROP TABLE due; CREATE TABLE due (at bigint NOT NULL, object_id text NOT NULL, PRIMARY KEY (at, object_id))");
        string[] ids = ["meter-1", "A.b_c~d:9", $"messages/{new MessageId(77)}", new string('x', 128)];
        for (var i = 0; i < ids.Length; i++) await ExecuteAsync($"INSERT INTO due VALUES ({100 + i}, '{ids[i]}')");
        await ExecuteAsync(Migration.All(Engine).Single(migration => migration.Name.Contains("due-shards", StringComparison.Ordinal)).Sql);

        for (var i = 0; i < ids.Length; i++)
            Assert.Contains(new(100 + i, ids[i]), await Node.State.DueAsync(DueTime.ShardOf(ids[i]), default, 1000, 10));
    }

    [SkippableFact]
    public async Task PeekObjects_Several_AreAsReadOneByOne()
    {
        foreach (var id in new[] { "a", "b", "c" }) await Node.Pipeline.CommitAsync(NewObject(id));
        var group = Set("g", kind: "group");
        var parent = Message("groups/g", payload: [.. Enumerable.Range(0, 500).Select(i => (byte)i)]);
        group.Messages.Add(parent);
        group.Messages.Add(Message("objects/a", parent: parent.Id.Value, payload: parent.Payload));
        group.Messages.Add(Message("objects/a"));
        group.Messages.Add(Message("objects/c") with { Outcome = Outcome.Expired });
        await Node.Pipeline.CommitAsync(group);
        await Node.Pipeline.CommitAsync(new(new StateWrite("object", "b", 1, [9], 5, 77)));

        var read = await Node.State.PeekObjectsAsync(["a", "b", "c", "none", "it's"]);

        Assert.Equal(["a", "b", "c"], read.Keys.Order());
        foreach (var (id, stored) in read)
        {
            Assert.False(Node.Inbox.Follows(id));
            var alone = (await Node.State.ReadObjectAsync(id))!;
            Assert.Equal((alone.State.Version, alone.OnlineUntil, alone.Description.Id), (stored.State.Version, stored.OnlineUntil, stored.Description.Id));
            Assert.Equal(alone.State.Body, stored.State.Body);
            Assert.Equal(alone.Waiting.Select(message => message.Id), stored.Waiting.Select(message => message.Id));
            Assert.True(Node.Inbox.Follows(id));
        }

        Assert.Equal([group.Messages[1].Id, group.Messages[2].Id], read["a"].Waiting.Select(message => message.Id));
        Assert.Equal(parent.Payload, read["a"].Waiting[0].Payload);
        Assert.Equal((2, 77), (read["b"].State.Version, read["b"].OnlineUntil));
        Assert.Empty(await Node.State.PeekObjectsAsync([]));
    }

    [SkippableFact]
    public async Task ReadObject_ManyAtOnce_EachGetsItsOwn()
    {
        const int Objects = 600;
        await Task.WhenAll(Enumerable.Range(0, Objects).Select(async i => await Node.Pipeline.CommitAsync(NewObject($"o{i}"))));

        var read = await Task.WhenAll(Enumerable.Range(0, Objects + 50).Select(async i => await Node.State.ReadObjectAsync($"o{i % (Objects + 10)}")));

        for (var i = 0; i < read.Length; i++)
        {
            var id = i % (Objects + 10);
            Assert.Equal(id < Objects ? $"o{id}" : null, read[i]?.Description.Id);
        }
    }

    private protected abstract string Engine { get; }

    private static (string A, string B, string C) ThreeOfOneShard()
    {
        var ids = Enumerable.Range(0, 1000).Select(i => $"d{i:d4}").GroupBy(id => DueTime.ShardOf(id)).First(group => group.Count() >= 3).ToList();
        return (ids[0], ids[1], ids[2]);
    }
}
