using Npgsql;
using Xunit;

namespace M2MCluster.Testing.Postgres;

/// <summary>
/// PostgreSQL for tests: the server that <c>M2M_TEST_POSTGRES</c> names (a connection string of a user who may create databases), else
/// a private one. If neither can be had, <see cref="Missing"/> says why, for tests to skip; under <c>CI=true</c> that fails instead.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private string _connectionString = "";

    /// <summary>Why there is no server; null if there is one.</summary>
    public string? Missing { get; private set; }

    /// <summary>The private server, null if it is not ours.</summary>
    public PostgresServer? Server { get; private set; }

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("M2M_TEST_POSTGRES") is { Length: > 0 } given)
        {
            _connectionString = given;
            return;
        }

        if (PostgresServer.FindBinaries() is not { } binaries)
        {
            Missing = "there is neither M2M_TEST_POSTGRES nor an installed PostgreSQL";
            if (Environment.GetEnvironmentVariable("CI") == "true") throw new InvalidOperationException(Missing);
            return;
        }

        Server = await PostgresServer.StartAsync(binaries);
        _connectionString = Server.ConnectionString;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "m2m_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ToString();
    }

    public Task DropDatabaseAsync(string connectionString) =>
        ExecuteAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");

    public async Task DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ToString());
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names made here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
