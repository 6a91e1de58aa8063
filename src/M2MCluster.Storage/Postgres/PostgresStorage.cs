using M2MCluster.Contracts;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Sweeping;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

internal sealed class PostgresStorage(PostgresDatabase database, CommitPipeline pipeline, PostgresNews news, Sweeper sweeper, Readiness readiness)
    : IStorage
{
    public async Task OpenAsync(CancellationToken cancellation)
    {
        try
        {
            var connection = await database.ConnectAsync(cancellation).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await PostgresMigrator.MigrateAsync(connection, cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException failure)
        {
            throw new M2MException("the database is away: " + failure.Message, failure) { Code = ErrorCode.Unavailable };
        }

        await news.StartAsync(cancellation).ConfigureAwait(false);
        pipeline.Start();
        sweeper.Start();
    }

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancellation) => readiness.AskAsync(cancellation);
}
