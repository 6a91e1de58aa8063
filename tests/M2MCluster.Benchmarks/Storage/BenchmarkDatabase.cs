using M2MCluster.Benchmarks.Rates;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage;
using M2MCluster.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;

namespace M2MCluster.Benchmarks.Storage;

/// <summary>An engine with a new, durable database, and its commit pipeline.</summary>
internal sealed class BenchmarkDatabase : IAsyncDisposable
{
    private readonly string? _folder;
    private readonly PostgresServer? _server;
    private ServiceProvider? _services;

    private BenchmarkDatabase(string? folder, PostgresServer? server)
    {
        _folder = folder;
        _server = server;
    }

    public ICommitPipeline Pipeline => _services!.GetRequiredService<ICommitPipeline>();

    public string ConnectionString => _server?.ConnectionString ?? $"Data Source={_folder}/m2m.db";

    /// <param name="opened">False: the database is left to a silo.</param>
    public static async Task<BenchmarkDatabase> OpenAsync(StorageEngine engine, bool opened = true)
    {
        var database = engine == StorageEngine.Sqlite
            ? new BenchmarkDatabase(Directory.CreateTempSubdirectory("m2m-benchmark-").FullName, null)
            : new BenchmarkDatabase(null, await PostgresServer.StartAsync(
                PostgresServer.FindBinaries() ?? throw new InvalidOperationException("PostgreSQL is not installed"), durable: true));
        if (!opened) return database;
        database._services = new ServiceCollection().AddSerializer().AddLogging().AddSingleton<IFeedHints, NoHints>().AddSingleton<IDueHints, NoHints>()
            .AddM2MStorage(database.ConnectionString).BuildServiceProvider();
        await database._services.GetRequiredService<IStorage>().OpenAsync(default);
        return database;
    }

    /// <summary>Of a database that is a process of its own.</summary>
    public int ServerProcessId => _server!.ProcessId;

    /// <summary>CPU time of the database's own processes; zero for an embedded one.</summary>
    public TimeSpan ServerTime() => _server is null ? TimeSpan.Zero : ProcessorTime.Of(_server.ProcessId);

    /// <summary>Bytes on disk, without the log of PostgreSQL.</summary>
    public async Task<long> SizeAsync()
    {
        if (_server is null) return Directory.GetFiles(_folder!).Sum(file => new FileInfo(file).Length);
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var size = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await size.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}
