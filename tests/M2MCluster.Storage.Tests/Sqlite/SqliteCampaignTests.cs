using M2MCluster.Storage.Tests.Suite;

namespace M2MCluster.Storage.Tests.Sqlite;

public sealed class SqliteCampaignTests : CampaignSuite
{
    private readonly TemporaryDatabase _database = new();

    protected override Task<string> CreateDatabaseAsync() => Task.FromResult(_database.ConnectionString);

    protected override Task DropDatabaseAsync()
    {
        _database.Delete();
        return Task.CompletedTask;
    }
}
