using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;
using Npgsql;

namespace M2MCluster.Storage.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class NodeNumberTests(PostgresFixture server) : StorageSuite
{
    private INodeNumbers Numbers => Node.Get<INodeNumbers>();

    [SkippableFact]
    public async Task TakeAsync_TenAtOnce_GetTenNumbers()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(silo => Numbers.TakeAsync($"silo-{silo}", default)));
        Assert.Equal(Enumerable.Range(0, 10), taken.Order());
    }

    [SkippableFact]
    public async Task ReleaseAsync_NumberIsTakenNext()
    {
        Assert.Equal(0, await Numbers.TakeAsync("a", default));
        Assert.Equal(1, await Numbers.TakeAsync("b", default));
        await Numbers.ReleaseAsync(0, "a", default);
        Assert.False(await Numbers.RenewAsync(0, "c", default));
        Assert.Equal(0, await Numbers.TakeAsync("c", default));
    }

    [SkippableFact]
    public async Task TakeAsync_LeaseThatIsJustOver_IsPassedOver()
    {
        await Numbers.TakeAsync("a", default);
        await ExpireAsync(INodeNumbers.Lease - TimeSpan.FromSeconds(5));
        Assert.Equal(1, await Numbers.TakeAsync("b", default));
        Assert.True(await Numbers.RenewAsync(0, "a", default));
    }

    [SkippableFact]
    public async Task TakeAsync_LeaseThatIsOverForLong_IsTakenWhenNoneIsFreeAndItsFormerOwnerHears()
    {
        await Numbers.TakeAsync("a", default);
        await ExecuteAsync("INSERT INTO node_leases SELECT n, 'others', now() + interval '1 hour' FROM generate_series(1, 1023) n");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Numbers.TakeAsync("b", default));
        await ExpireAsync(INodeNumbers.Lease + TimeSpan.FromSeconds(5));
        Assert.Equal(0, await Numbers.TakeAsync("b", default));
        Assert.False(await Numbers.RenewAsync(0, "a", default));
        await Numbers.ReleaseAsync(0, "a", default);
        Assert.True(await Numbers.RenewAsync(0, "b", default));
    }

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);

    private Task ExpireAsync(TimeSpan ago) => ExecuteAsync($"UPDATE node_leases SET expires_at = now() - interval '{ago.TotalSeconds} seconds' WHERE node = 0");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
