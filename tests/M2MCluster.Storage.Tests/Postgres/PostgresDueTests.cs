using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;
using Npgsql;

namespace M2MCluster.Storage.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresDueTests(PostgresFixture server) : DueSuite
{
    private protected override string Engine => "Postgres";

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // The suite's own texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);
}
