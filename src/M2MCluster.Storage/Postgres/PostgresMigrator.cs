using Npgsql;

namespace M2MCluster.Storage.Postgres;

internal static class PostgresMigrator
{
    // Of this program alone in the database: "m2m" and a number.
    private const long LockKey = 0x6d326d_0001;

    /// <summary>Brings the schema up to date, each step whole or not at all; silos that start together do it one after the other.</summary>
    /// <exception cref="InvalidOperationException">The database is newer, and this program cannot work with it.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellation).ConfigureAwait(false);
        await ExecuteAsync(
            connection, "CREATE TABLE IF NOT EXISTS schema_version (version int NOT NULL PRIMARY KEY, name text NOT NULL)", cancellation).ConfigureAwait(false);
        foreach (var migration in Migration.After(Migration.All("Postgres"), await DoneAsync(connection, cancellation).ConfigureAwait(false)))
        {
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using var _ = transaction.ConfigureAwait(false);
            await ExecuteAsync(connection, migration.Sql, cancellation).ConfigureAwait(false);
            using var done = new NpgsqlCommand("INSERT INTO schema_version (version, name) VALUES ($1, $2)", connection)
            {
                Parameters = { new() { Value = migration.Number }, new() { Value = migration.Name } },
            };
            await done.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", cancellation).ConfigureAwait(false);
    }

    private static async Task<List<(int Number, string Name)>> DoneAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        using var read = new NpgsqlCommand("SELECT version, name FROM schema_version", connection);
        var rows = await read.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        var done = new List<(int, string)>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) done.Add((rows.GetInt32(0), rows.GetString(1)));
        return done;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // The texts are this project's own.
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
