using Npgsql;

namespace M2MCluster.Storage.Postgres;

internal static class PostgresMigrator
{
    // Of this program alone in the database: "m2m" and a number.
    private const long LockKey = 0x6d326d_0001;

    /// <summary>Brings the schema up to date, each step whole or not at all; silos that start together do it one after the other.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than this program.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellation).ConfigureAwait(false);
        await ExecuteAsync(
            connection, "CREATE TABLE IF NOT EXISTS schema_version (version int NOT NULL PRIMARY KEY, name text NOT NULL)", cancellation).ConfigureAwait(false);
        int version;
        using (var read = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection))
            version = (int)(await read.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        foreach (var migration in Migration.After(Migration.All("Postgres"), version))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await ExecuteAsync(connection, migration.Sql, cancellation).ConfigureAwait(false);
            using var done = new NpgsqlCommand("INSERT INTO schema_version VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name } },
            };
            await done.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", cancellation).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // The texts are this project's own.
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
