using M2MCluster.Storage.Tests.Suite;

namespace M2MCluster.Storage.Tests.Sqlite;

public sealed class SqliteLaterCampaignTests : CampaignSuite
{
    private readonly TemporaryDatabase _database = new();

    protected override Task<string> CreateDatabaseAsync() => LaterSqlite.CreateAsync(_database);

    protected override Task DropDatabaseAsync()
    {
        _database.Delete();
        return Task.CompletedTask;
    }
}
