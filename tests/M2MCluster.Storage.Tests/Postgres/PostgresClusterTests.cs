using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Subscriptions;
using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;
using Npgsql;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Postgres;

/// <summary>Several silos, and others, on one database.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresClusterTests(PostgresFixture server) : StorageSuite
{
    [SkippableFact]
    public async Task Read_WhileTwoSilosWrite_SeesEveryNumberInOrder() => await FeedFollower.FollowAsync([Node, await OpenAsync()], 2400);

    [SkippableFact]
    public async Task CommitAsync_SameStateOnTwoSilos_OneIsStale()
    {
        var other = await OpenAsync();
        await Node.Pipeline.CommitAsync(Set("a"));
        await other.Pipeline.CommitAsync(Set("a", 1));
        await Assert.ThrowsAsync<StaleVersionException>(async () => await Node.Pipeline.CommitAsync(Set("a", 1)));
    }

    [SkippableFact]
    public async Task OpenAsync_SeveralSilosAtOnce_MigrateOneAfterTheOther()
    {
        var connectionString = await server.CreateDatabaseAsync();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StorageNode.OpenAsync(connectionString)));
        foreach (var node in nodes) await node.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [SkippableFact]
    public async Task OpenAsync_DatabaseThatANewerReleaseBroke_IsRefused()
    {
        await ExecuteAsync("INSERT INTO schema_version VALUES (9999, '9999-later.breaking')");
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await OpenAsync());
        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Inbox_RowsFromAnotherSilo_AreNews()
    {
        var other = await OpenAsync();
        await Node.Pipeline.CommitAsync(NewObject("a"));
        await other.State.ReadObjectAsync("a");
        Assert.False(other.Inbox.TakeNews("a"));
        var set = Set("g", kind: "group");
        set.Messages.Add(Message("objects/a"));
        set.Inboxes.AddRange(Enumerable.Range(0, 2000).Select(i => $"sleeper-{i}").Append("a"));
        await Node.Pipeline.CommitAsync(set);

        await UntilAsync(() => Task.FromResult(other.Inbox.TakeNews("a")));
        Assert.False(other.Inbox.TakeNews("sleeper-7"));
    }

    [SkippableFact]
    public async Task Inbox_AfterALostConnection_TellsEveryoneToLook()
    {
        await Node.Pipeline.CommitAsync(NewObject("a"));
        await Node.State.ReadObjectAsync("a");
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'");
        await UntilAsync(() => Task.FromResult(Node.Inbox.TakeNews("a")));
    }

    [SkippableFact]
    public async Task CommitAsync_WhileALongTransactionIsOpen_GoesOnAndIsRead()
    {
        await using var foreign = new NpgsqlConnection(ConnectionString);
        await foreign.OpenAsync();
        await using var import = await foreign.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await ExecuteAsync(foreign, "INSERT INTO audit VALUES (1, 'import', 'import', '', '')");

        await FeedFollower.FollowAsync([Node], 240);
    }

    [SkippableFact]
    public async Task CommitAsync_EndOfAMessageThatAnotherSiloAccepted_DoesNotWaitForThatSilosBatch()
    {
        const long Elsewhere = 7;
        var id = NextId() | (Elsewhere << TimedId.SequenceBits);
        var accepted = Set("a");
        accepted.Messages.Add(Message("objects/a", id));
        await Node.Pipeline.CommitAsync(accepted);
        Assert.Equal(id, await Node.State.LastIdAsync((int)Elsewhere));
        await using var batch = new NpgsqlConnection(ConnectionString);
        await batch.OpenAsync();
        await using var transaction = await batch.BeginTransactionAsync();
        await ExecuteAsync(batch, $"UPDATE last_ids SET id = id + 1 WHERE node = {Elsewhere}");

        var ended = Set("a", 1);
        ended.Messages.Add(accepted.Messages[0] with { Outcome = Outcome.Delivered, EndedAt = Noon });
        await Node.Pipeline.CommitAsync(ended).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [SkippableFact]
    public async Task ReadObjectAsync_RowsOfOneCannotBeUnderstood_OthersAreReadAllTheSame()
    {
        var ids = Enumerable.Range(0, 50).Select(i => $"o{i}").ToList();
        foreach (var id in ids) await Node.Pipeline.CommitAsync(NewObject(id));
        await ExecuteAsync("UPDATE objects SET description = '\\xffff' WHERE id = 'o30'");

        var reads = ids.ConvertAll(id => Task.Run(async () => await Node.State.ReadObjectAsync(id)));
        foreach (var (id, read) in ids.Zip(reads))
        {
            if (id == "o30") await Assert.ThrowsAnyAsync<Exception>(() => read);
            else Assert.Equal(id, (await read)!.Description.Id);
        }
    }

    [SkippableFact]
    public async Task Outdated_DatabaseWentBackToOlderVersions_IsReadAgain()
    {
        var directory = new SubscriptionDirectory(Node.Applications, Node.State);
        await ExecuteAsync("UPDATE hearing SET subscriptions = 10");
        Assert.Equal(10, (await directory.CurrentAsync()).Version);
        await ExecuteAsync("UPDATE hearing SET subscriptions = 9");

        directory.Outdated(new(9, null));
        Assert.Equal(9, (await directory.CurrentAsync()).Version);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhileAnotherWritesAFeed_DoesNotPassWhatIsNotVisibleYet(bool commits)
    {
        var partition = FeedCursor.PartitionOf("a");
        var first = Set("a");
        first.Events.Add(Event("a", "app"));
        await Node.Pipeline.CommitAsync(first);
        await using var foreign = new NpgsqlConnection(ConnectionString);
        await foreign.OpenAsync();
        await using var transaction = await foreign.BeginTransactionAsync();
        await ExecuteAsync(foreign, $"UPDATE feed_heads SET seq = seq + 1 WHERE feed = 'app' AND partition = {partition}");
        await ExecuteAsync(foreign, $"INSERT INTO feed VALUES ('app', {partition}, 2, 77, 't', 's', '')");

        // Another partition goes on.
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"o{i}").First(id => FeedCursor.PartitionOf(id) != partition);
        var other = Set(elsewhere);
        other.Events.Add(Event(elsewhere, "app"));
        await Node.Pipeline.CommitAsync(other);
        Assert.Equal([first.Events[0].Id, other.Events[0].Id], (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Select(read => read.Id));

        var second = Set("a", 1);
        second.Events.Add(Event("a", "app"));
        var committing = Node.Pipeline.CommitAsync(second).AsTask();
        await UntilAsync(async () => await ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0);
        Assert.False(committing.IsCompleted);
        Assert.Equal(2, (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default)).Count);

        if (commits) await transaction.CommitAsync();
        else await transaction.RollbackAsync();
        await committing;
        var inOrder = (await Node.Feeds.ReadAsync("app", FeedCursor.Start, 10, default))
            .Where(read => read.Position.Partition == partition).Select(read => (read.Id, read.Position.Sequence));
        Assert.Equal(
            commits ? [(first.Events[0].Id, 1), (77, 2), (second.Events[0].Id, 3)] : [(first.Events[0].Id, 1), (second.Events[0].Id, 2)], inOrder);
    }

    [SkippableFact]
    public async Task CommitAsync_WhileTheServerRestarts_LosesNothingThatWasAcknowledged()
    {
        Skip.If(server.Server is null, "the server is not ours to restart");
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var writers = Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
        {
            var kept = new List<long>();
            var version = 0L;
            while (!stop.IsCancellationRequested)
            {
                var set = Set($"w{writer}", version);
                set.Reports.Add(Report($"w{writer}"));
                set.Events.Add(ReportEvent(set.Reports[0], "app"));
                try
                {
                    await Node.Pipeline.CommitAsync(set);
                    kept.Add(set.Reports[0].Id);
                    version++;
                    Interlocked.Increment(ref acknowledged);
                }
                catch (M2MException away) when (away.Code == ErrorCode.Unavailable)
                {
                    version = await VersionAsync($"w{writer}");
                }
            }

            return kept;
        })).ToArray();

        for (var round = 0; round < 2; round++)
        {
            var before = acknowledged;
            await UntilAsync(() => Task.FromResult(acknowledged > before + 200));
            await server.Server.CrashAsync();
            await server.Server.ResumeAsync();
            before = acknowledged;
            await UntilAsync(() => Task.FromResult(acknowledged > before + 200));
        }

        await stop.CancelAsync();
        var kept = await Task.WhenAll(writers);
        for (var writer = 0; writer < kept.Length; writer++)
        {
            var reports = (await Node.Reports.ReadAsync($"w{writer}", null, null, 0, int.MaxValue, default)).Select(report => report.Id).ToHashSet();
            Assert.Superset(kept[writer].ToHashSet(), reports);
            Assert.Equal(await VersionAsync($"w{writer}"), reports.Count);
        }

        // The feed has each report once, without a gap.
        var events = await Node.Feeds.ReadAsync("app", FeedCursor.Start, int.MaxValue / 2, default);
        Assert.Equal(events.Count, events.Select(read => read.Id).Distinct().Count());
        foreach (var partition in events.GroupBy(read => read.Position.Partition))
            Assert.Equal(Enumerable.Range(1, partition.Count()).Select(number => (long)number), partition.Select(read => read.Position.Sequence));

        async Task<long> VersionAsync(string key)
        {
            while (true)
            {
                try
                {
                    return (await Node.State.ReadAsync("object", key))?.Version ?? 0;
                }
                catch (M2MException)
                {
                    await Task.Yield();
                }
            }
        }
    }

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, sql);
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = Command(connection, sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        await command.ExecuteNonQueryAsync();
    }

#pragma warning disable CA2100 // The tests' own texts.
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100
}
