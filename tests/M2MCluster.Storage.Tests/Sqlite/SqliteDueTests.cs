using M2MCluster.Contracts;
using M2MCluster.Storage.Tests.Suite;
using Microsoft.Data.Sqlite;

namespace M2MCluster.Storage.Tests.Sqlite;

public sealed class SqliteDueTests : DueSuite
{
    private readonly TemporaryDatabase _database = new();

    private protected override string Engine => "Sqlite";

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection(_database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        connection.CreateFunction("m2m_due_shard", (string id) => (long)DueTime.ShardOf(id));
#pragma warning disable CA2100 // The suite's own texts.
        await using var command = new SqliteCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    protected override Task<string> CreateDatabaseAsync() => Task.FromResult(_database.ConnectionString);

    protected override Task DropDatabaseAsync()
    {
        _database.Delete();
        return Task.CompletedTask;
    }
}
