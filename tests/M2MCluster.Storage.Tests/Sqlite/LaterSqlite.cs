using Microsoft.Data.Sqlite;

namespace M2MCluster.Storage.Tests.Sqlite;

/// <summary>A database that a later release has opened: each table has columns that this release does not know, and a step was done that it does not know.</summary>
internal static class LaterSqlite
{
    public static async Task<string> CreateAsync(TemporaryDatabase database)
    {
        await using (await StorageNode.OpenAsync(database.ConnectionString))
        {
        }

        await using var connection = new SqliteConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var list = new SqliteCommand("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", connection))
        await using (var rows = await list.ExecuteReaderAsync())
            while (await rows.ReadAsync()) tables.Add(rows.GetString(0));
        Assert.NotEmpty(tables);
        var later = tables.SelectMany(table => (string[])[$"ALTER TABLE {table} ADD COLUMN later TEXT", $"ALTER TABLE {table} ADD COLUMN later_still INTEGER NOT NULL DEFAULT 7"])
            .Append("INSERT INTO schema_version (version, name) VALUES (9999, '9999-later')");
#pragma warning disable CA2100 // Names of the schema.
        await using var change = new SqliteCommand(string.Join(';', later), connection);
#pragma warning restore CA2100
        await change.ExecuteNonQueryAsync();
        return database.ConnectionString;
    }
}
