using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;

namespace M2MCluster.Storage.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresLaterCampaignTests(PostgresFixture server) : CampaignSuite
{
    protected override Task<string> CreateDatabaseAsync() => LaterPostgres.CreateAsync(server);

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);
}
