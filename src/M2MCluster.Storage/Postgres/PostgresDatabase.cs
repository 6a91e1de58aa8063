using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>The server, and the two ways to connect: a pool for readers, and connections that one owner holds.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _owned;

    public PostgresDatabase(string connectionString, StorageOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 };
        if (settings.KeepAlive == 0) settings.KeepAlive = 15;
        settings.Pooling = false;
        _owned = settings.ToString();
        settings.Pooling = true;
        settings.MaxPoolSize = options.ReadConnections;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, options.ReadConnections);
        Readers = NpgsqlDataSource.Create(settings);
    }

    public NpgsqlDataSource Readers { get; }

    public NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_owned);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_owned);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public ValueTask DisposeAsync() => Readers.DisposeAsync();
}
