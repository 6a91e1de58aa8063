using M2MCluster.Contracts.Cluster;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Bulk;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Postgres;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Sqlite;
using M2MCluster.Storage.Surveying;
using M2MCluster.Storage.Sweeping;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Storage;

public static class StorageServices
{
    /// <summary>
    /// Adds the commit pipeline and the readers over one database; <see cref="IStorage"/> opens it. Needs Orleans' serializer, an
    /// <see cref="IFeedHints"/>, an <see cref="IDueHints"/> and logging of the other services.
    /// </summary>
    /// <param name="connectionString"><c>Data Source=…</c>: SQLite, one node; <c>Host=…</c>: PostgreSQL.</param>
    /// <param name="configure">Sets options; they are validated when the host starts, all failures told together.</param>
    /// <exception cref="ArgumentException">The connection string is of neither engine.</exception>
    public static IServiceCollection AddM2MStorage(
        this IServiceCollection services, string connectionString, Action<StorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<StorageOptions>().ValidateOnStart();
        if (configure is not null) options.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>()
            .AddSingleton(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value)
            .AddSingleton<StorageMetrics>()
            .AddSingleton<Bodies>()
            .AddSingleton<Inbox>()
            .AddSingleton<IInbox>(provider => provider.GetRequiredService<Inbox>())
            .AddSingleton<CommitPipeline>()
            .AddSingleton<ICommitPipeline>(provider => provider.GetRequiredService<CommitPipeline>())
            .AddSingleton<EndedMessages>()
            .AddSingleton<Sweeper>()
            .AddSingleton<ObjectRows>()
            .AddSingleton<Surveyor>()
            .AddSingleton<Readiness>()
            .AddSingleton<IStateReader, StateReader>()
            .AddSingleton<IBulkReader, BulkReader>()
            .AddSingleton<IReportReader, ReportReader>()
            .AddSingleton<IFeedReader, FeedReader>().AddSingleton<IFeedPassages, FeedPassages>()
            .AddSingleton<IObjectIndex, ObjectIndex>()
            .AddSingleton<IMessageReader, MessageReader>()
            .AddSingleton<ApplicationReader>()
            .AddSingleton<IApplicationReader>(provider => provider.GetRequiredService<ApplicationReader>())
            .AddSingleton<IKeyReader>(provider => provider.GetRequiredService<ApplicationReader>())
            .AddSingleton<IBacklogReader, BacklogReader>()
            .AddSingleton<ISiloGauge, CommitQueueGauge>()
            .AddSingleton<IGroupReader, GroupReader>()
            .AddSingleton<IReportTaskReader, ReportTaskReader>()
            .AddSingleton<ICampaignReader, CampaignReader>();
        return EngineOf(connectionString) switch
        {
            StorageEngine.Sqlite => services.AddSqlite(connectionString),
            StorageEngine.Postgres => services.AddPostgres(connectionString),
            _ => throw new ArgumentException("a connection string begins with Data Source=… (SQLite) or Host=… (PostgreSQL)", nameof(connectionString)),
        };
    }

    /// <summary>Which engine the connection string names; null: neither.</summary>
    public static StorageEngine? EngineOf(string? connectionString)
    {
        var trimmed = (connectionString ?? "").TrimStart();
        if (trimmed.StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase)) return StorageEngine.Sqlite;
        return trimmed.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? StorageEngine.Postgres : null;
    }

    private static IServiceCollection AddSqlite(this IServiceCollection services, string connectionString) => services
        .AddSingleton(provider => new SqliteFile(connectionString, provider.GetRequiredService<StorageOptions>()))
        .AddSingleton<IQueries, SqliteQueries>()
        .AddSingleton<IBatchWriter, SqliteBatchWriter>()
        .AddSingleton<INodeNumbers, SqliteNodeNumbers>()
        .AddSingleton<IBulkCommit, PipelineBulk>()
        .AddSingleton<ICampaignCommit, PipelineCampaign>()
        .AddSingleton<IStorage, SqliteStorage>();

    private static IServiceCollection AddPostgres(this IServiceCollection services, string connectionString) => services
        .AddSingleton(provider => new PostgresDatabase(connectionString, provider.GetRequiredService<StorageOptions>()))
        .AddSingleton<PostgresNews>()
        .AddSingleton<IQueries, PostgresQueries>()
        .AddSingleton<IBatchWriter, PostgresBatchWriter>()
        .AddSingleton<INodeNumbers, PostgresNodeNumbers>()
        .AddSingleton<IBulkCommit, PostgresBulk>()
        .AddSingleton<ICampaignCommit, PostgresCampaign>()
        .AddSingleton<IStorage, PostgresStorage>();
}
