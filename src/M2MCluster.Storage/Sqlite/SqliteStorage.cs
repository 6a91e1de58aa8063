using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Sweeping;

namespace M2MCluster.Storage.Sqlite;

internal sealed class SqliteStorage(SqliteFile file, CommitPipeline pipeline, Sweeper sweeper, IQueries queries) : IStorage
{
    public Task OpenAsync(CancellationToken cancellation)
    {
        file.Lock();
        using (var database = file.Open()) SqliteMigrator.Migrate(database);
        pipeline.Start();
        sweeper.Start();
        return Task.CompletedTask;
    }

    public async ValueTask<bool> IsAvailableAsync(CancellationToken cancellation) => await queries.AnswersAsync(cancellation).ConfigureAwait(false);
}
