using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;

namespace M2MCluster.Storage.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresSweepMessagesTests(PostgresFixture server) : SweepMessagesSuite
{
    private protected override (string Explain, int Column, string Scan) Planner => ("EXPLAIN ", 0, "Seq Scan");

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);
}
