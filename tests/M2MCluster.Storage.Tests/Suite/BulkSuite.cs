using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Suite;

public abstract class BulkSuite : StorageSuite
{
    private IBulkCommit Bulk => Node.Get<IBulkCommit>();

    private IBulkReader Reader => Node.Get<IBulkReader>();

    [SkippableFact]
    public async Task TryCommitAsync_NewObjects_AreReadAsIfMadeOneByOne()
    {
        var set = Import(0, New("b", gateway: "gw", names: ["imei:1", "serial:b"]), New("a"));
        Assert.True(await Bulk.TryCommitAsync(set));

        Assert.Equal(["a", "b"], (await Node.Objects.ListAsync(null, null, "", 10, default)).Select(row => row.Description.Id));
        Assert.Equal(["b"], (await Node.Objects.ListAsync(null, "gw", "", 10, default)).Select(row => row.Description.Id));
        var read = await Node.State.ReadObjectAsync("b");
        Assert.Equal(1, read!.State.Version);
        Assert.Equal<byte>([7, 7], read.State.Body);
        Assert.Equal("objects/b"u8.ToArray(), (await Node.State.ReadAsync("alias", "serial:b"))!.Body);
        Assert.Equal(1, (await Node.State.ReadAsync("import", "i"))!.Version);
        await Node.Pipeline.CommitAsync(Set("b", 1));
    }

    [SkippableFact]
    public async Task TryCommitAsync_ObjectThatIsThere_StoresNothing()
    {
        await Node.Pipeline.CommitAsync(NewObject("b"));
        var set = Import(0, New("a", names: ["imei:1"]), New("b"), New("c"));
        set.Errors.Add(new(1, "x", "y"));

        Assert.False(await Bulk.TryCommitAsync(set));

        Assert.Null(await Node.State.ReadObjectAsync("a"));
        Assert.Null(await Node.State.ReadAsync("import", "i"));
        Assert.Null(await Node.State.ReadAsync("alias", "imei:1"));
        var former = await Node.State.ReadObjectAsync("b");
        Assert.Equal<byte>([1, 2, 3], former!.State.Body);
        Assert.Empty(await Reader.ErrorsAsync("i", 0, 10, default));
        Assert.True(await Bulk.TryCommitAsync(Import(0, New("a"), New("c"))));
    }

    [SkippableFact]
    public async Task TryCommitAsync_NameThatIsTaken_StoresNothing()
    {
        await Node.Pipeline.CommitAsync(Set("imei:1", kind: "alias", body: "objects/z"u8.ToArray()));
        Assert.False(await Bulk.TryCommitAsync(Import(0, New("a", names: ["imei:1"]))));
        Assert.Null(await Node.State.ReadObjectAsync("a"));
        Assert.Equal("objects/z"u8.ToArray(), (await Reader.StatesAsync("alias", ["imei:1", "imei:2"]))["imei:1"]);
    }

    [SkippableFact]
    public async Task TryCommitAsync_StaleImport_StoresNothing()
    {
        Assert.True(await Bulk.TryCommitAsync(Import(0, New("a"))));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Bulk.TryCommitAsync(Import(0, New("b"))));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Bulk.TryCommitAsync(Import(2, New("b"))));
        Assert.Null(await Node.State.ReadObjectAsync("b"));
        Assert.True(await Bulk.TryCommitAsync(Import(1, New("b"))));
    }

    [SkippableFact]
    public async Task TryCommitAsync_Errors_AreKeptInOrderUntilForgotten()
    {
        var set = Import(0);
        set.Errors.Add(new(4, "kind", "wrong"));
        set.Errors.Add(new(4, "", "bad"));
        Assert.True(await Bulk.TryCommitAsync(set));
        Assert.Equal([new ImportError(4, "kind", "wrong"), new ImportError(4, "", "bad")], (await Reader.ErrorsAsync("i", 0, 10, default)).Select(row => row.Error));
        Assert.Equal(2, Assert.Single(await Reader.ErrorsAsync("i", 1, 10, default)).Ordinal);

        Assert.True(await Bulk.TryCommitAsync(new BulkSet(new("import", "i", 1, null)) { ForgetsErrors = true }));
        Assert.Empty(await Reader.ErrorsAsync("i", 0, 10, default));
        Assert.Null(await Node.State.ReadAsync("import", "i"));
    }

    [SkippableFact]
    public async Task TryCommitAsync_ObjectThatWasLookedForInVain_IsTold()
    {
        Assert.Null(await Node.State.ReadObjectAsync("a"));
        Assert.False(Node.Inbox.TakeNews("a"));
        Assert.True(await Bulk.TryCommitAsync(Import(0, New("a"))));
        Assert.True(Node.Inbox.TakeNews("a"));
    }

    [SkippableFact]
    public async Task TryCommitAsync_BesideThePipeline_BothCommit()
    {
        var most = Bulk.MostObjects;
        var bulk = Task.Run(async () =>
        {
            for (var chunk = 0; chunk < 3; chunk++)
                Assert.True(await Bulk.TryCommitAsync(Import(chunk, [.. Enumerable.Range(chunk * most, most).Select(i => New($"bulk-{i:D6}", names: [$"n:{i}"]))])));
        });
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => await Node.Pipeline.CommitAsync(NewObject($"single-{i}"))));
        await bulk;
        await ReopenAsync();
        Assert.NotNull(await Node.State.ReadObjectAsync("single-499"));
        Assert.NotNull(await Node.State.ReadObjectAsync($"bulk-{(3 * most) - 1:D6}"));
        Assert.Equal(most, (await Reader.ObjectsAsync([.. Enumerable.Range(most, most).Select(i => $"bulk-{i:D6}")])).Count);
    }

    private static BulkSet Import(long version, params NewObject[] objects)
    {
        var set = new BulkSet(new("import", "i", version, [1])) { FirstError = 1 };
        set.Objects.AddRange(objects);
        set.Audit.Add(new(NextId(), "operator", "objects.import", "operations/i", ""));
        return set;
    }

    private static NewObject New(string id, string? gateway = null, string[]? names = null) =>
        new(Description(id, ObjectKind.Device, gateway) with { Names = [.. names ?? []] }, [7, 7], 0);
}
