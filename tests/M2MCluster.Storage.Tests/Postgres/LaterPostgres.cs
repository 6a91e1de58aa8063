using M2MCluster.Testing.Postgres;
using Npgsql;

namespace M2MCluster.Storage.Tests.Postgres;

/// <summary>A database that a later release has opened: each table has columns that this release does not know, and a step was done that it does not know.</summary>
internal static class LaterPostgres
{
    public static async Task<string> CreateAsync(PostgresFixture server)
    {
        Skip.If(server.Missing is not null, server.Missing);
        var database = await server.CreateDatabaseAsync();
        await using (await StorageNode.OpenAsync(database))
        {
        }

        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var change = new NpgsqlCommand(
            """
            DO $$
            DECLARE t record;
            BEGIN
                FOR t IN SELECT c.oid::regclass AS name FROM pg_class c
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                LOOP
                    EXECUTE format('ALTER TABLE %s ADD COLUMN later text, ADD COLUMN later_still int NOT NULL DEFAULT 7', t.name);
                END LOOP;
            END $$;
            INSERT INTO schema_version (version, name) VALUES (9999, '9999-later');
            """,
            connection);
        await change.ExecuteNonQueryAsync();
        return database;
    }
}
