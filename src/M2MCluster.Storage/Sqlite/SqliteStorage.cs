using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Surveying;
using M2MCluster.Storage.Sweeping;

namespace M2MCluster.Storage.Sqlite;

internal sealed class SqliteStorage(SqliteFile file, CommitPipeline pipeline, Sweeper sweeper, Surveyor surveyor, Readiness readiness, IQueries queries) : IStorage
{
    public Task OpenAsync(CancellationToken cancellation)
    {
        file.Lock();
        using (var database = file.Open()) SqliteMigrator.Migrate(database);
        pipeline.Start();
        sweeper.Start();
        surveyor.Start();
        return Task.CompletedTask;
    }

    public async Task<string> KeepFactAsync(string name, string value, CancellationToken cancellation)
    {
        using (var database = file.Open())
        using (var keep = new SqliteStatement(database, "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")) keep.Bind(name).Bind(value).Execute();
        return await queries.FactAsync(name, cancellation).ConfigureAwait(false);
    }

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancellation) => readiness.AskAsync(cancellation);
}
