using M2MCluster.Storage.Tests.Suite;

namespace M2MCluster.Storage.Tests.Sqlite;

public sealed class SqliteSweepMessagesTests : SweepMessagesSuite
{
    private readonly TemporaryDatabase _database = new();

    private protected override (string Explain, int Column, string Scan) Planner => ("EXPLAIN QUERY PLAN ", 3, "SCAN");

    protected override Task<string> CreateDatabaseAsync() => Task.FromResult(_database.ConnectionString);

    protected override Task DropDatabaseAsync()
    {
        _database.Delete();
        return Task.CompletedTask;
    }
}
