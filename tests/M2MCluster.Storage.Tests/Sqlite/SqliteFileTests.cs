using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Storage.Tests.Suite;
using Microsoft.Data.Sqlite;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Sqlite;

public sealed class SqliteFileTests : StorageSuite
{
    private readonly TemporaryDatabase _database = new();

    [Fact]
    public async Task OpenAsync_FileOfAnotherNode_IsRefusedWithTheReason()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await OpenAsync());
        Assert.Contains(_database.Path, refusal.Message, StringComparison.Ordinal);
        await Node.Pipeline.CommitAsync(Set("a"));
    }

    [SkippableFact]
    public async Task OpenAsync_NewFile_IsItsOwnersAlone()
    {
        if (OperatingSystem.IsWindows()) throw new SkipException("file modes are Unix's");
        await Node.Pipeline.CommitAsync(Set("a"));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_database.Path)!))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task OpenAsync_DatabaseThatANewerReleaseBroke_IsRefused()
    {
        await Node.DisposeAsync();
        using (var connection = new SqliteConnection(_database.ConnectionString + ";Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version VALUES (9999, '9999-later.breaking')";
            command.ExecuteNonQuery();
        }

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await OpenAsync());
        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommitAsync_DiskFull_IsUnavailableUntilThereIsRoomAndStoresNothingByHalves()
    {
        await ReopenAsync(options => options.MaxFileMegabytes = 1);
        long committed = 0;
        var refused = await Assert.ThrowsAsync<M2MException>(async () =>
        {
            while (true)
            {
                await Node.Pipeline.CommitAsync(Large(committed));
                committed++;
            }
        });
        Assert.Equal(ErrorCode.Unavailable, refused.Code);
        Assert.InRange(committed, 1, 20);
        await Assert.ThrowsAsync<M2MException>(async () => await Node.Pipeline.CommitAsync(Large(committed)));
        Assert.Equal(committed, (await Node.State.ReadAsync("object", "a"))!.Version);
        Assert.Equal(committed, (await Node.Reports.ReadAsync("a", null, null, 0, 100, default)).Count);
        Assert.Equal(committed, (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 100, default)).Count);

        Node.Get<StorageOptions>().MaxFileMegabytes = 10;
        await Node.Pipeline.CommitAsync(Large(committed));

        var events = await Node.Feeds.ReadAsync("app", FeedCursor.Start, 100, default);
        Assert.Equal(Enumerable.Range(1, (int)committed + 1).Select(number => (long)number), events.Select(read => read.Position.Sequence));

        static Grains.Commit.WriteSet Large(long version)
        {
            var set = Set("a", version);
            var report = Report("a") with { Payload = new byte[100_000] };
            set.Reports.Add(report);
            set.Events.Add(ReportEvent(report, "app"));
            return set;
        }
    }

    [Fact]
    public async Task IsAvailableAsync_DiskFull_IsFalseUntilThereIsRoom()
    {
        await ReopenAsync(options => options.MaxFileMegabytes = 1);
        Assert.True(await Node.Storage.IsAvailableAsync(default));
        long committed = 0;
        await Assert.ThrowsAsync<M2MException>(async () =>
        {
            while (true)
            {
                var set = Set("a", committed);
                set.Reports.Add(Report("a") with { Payload = new byte[10_000] });
                await Node.Pipeline.CommitAsync(set);
                committed++;
            }
        });
        Assert.False(await Node.Storage.IsAvailableAsync(default));

        // A write that needs no room goes through, and makes no difference.
        await Node.Pipeline.CommitAsync(Set("a", committed));
        Assert.False(await Node.Storage.IsAvailableAsync(default));
        Node.Get<StorageOptions>().MaxFileMegabytes = 10;
        Assert.True(await Node.Storage.IsAvailableAsync(default));
        await Node.Pipeline.CommitAsync(Set("a", committed + 1));
    }

    protected override Task<string> CreateDatabaseAsync() => Task.FromResult(_database.ConnectionString);

    protected override Task DropDatabaseAsync()
    {
        _database.Delete();
        return Task.CompletedTask;
    }
}
