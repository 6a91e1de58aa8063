using M2MCluster.Contracts;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Surveying;
using M2MCluster.Storage.Sweeping;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

internal sealed class PostgresStorage(PostgresDatabase database, CommitPipeline pipeline, PostgresNews news, Sweeper sweeper, Surveyor surveyor, Readiness readiness, IQueries queries)
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
        surveyor.Start();
    }

    public async Task<string> KeepFactAsync(string name, string value, CancellationToken cancellation)
    {
        try
        {
            using var keep = database.Readers.CreateCommand("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING");
            keep.Parameters.Add(new() { Value = name });
            keep.Parameters.Add(new() { Value = value });
            await keep.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException failure)
        {
            throw new M2MException("the database is away: " + failure.Message, failure) { Code = ErrorCode.Unavailable };
        }

        return await queries.FactAsync(name, cancellation).ConfigureAwait(false);
    }

    public ValueTask<bool> IsAvailableAsync(CancellationToken cancellation) => readiness.AskAsync(cancellation);
}
