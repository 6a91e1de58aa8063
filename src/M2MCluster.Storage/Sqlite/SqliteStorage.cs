using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Sweeping;

namespace M2MCluster.Storage.Sqlite;

internal sealed class SqliteStorage(SqliteFile file, CommitPipeline pipeline, Sweeper sweeper, Readiness readiness) : IStorage
{
    public Task OpenAsync(CancellationToken cancellation)
    {
        file.Lock();
        using (var database = file.Open()) SqliteMigrator.Migrate(database);
        pipeline.Start();
        sweeper.Start();
        return Task.CompletedTask;
    }

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancellation) => readiness.AskAsync(cancellation);
}
