using M2MCluster.Contracts;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

internal static class SqliteMigrator
{
    /// <summary>Brings the schema up to date, each step whole or not at all. The file's lock keeps others away.</summary>
    /// <exception cref="InvalidOperationException">The database is newer, and this program cannot work with it.</exception>
    public static void Migrate(sqlite3 database)
    {
        DefineFunctions(database);
        SqliteFile.Execute(database, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)");
        foreach (var migration in Migration.After(Migration.All("Sqlite"), Done(database)))
        {
            SqliteFile.Execute(database, "BEGIN IMMEDIATE");
            try
            {
                SqliteFile.Execute(database, migration.Sql);
                using var done = new SqliteStatement(database, "INSERT INTO schema_version (version, name) VALUES (?, ?)");
                done.Bind(migration.Number).Bind(migration.Name).Execute();
                SqliteFile.Execute(database, "COMMIT");
            }
            catch
            {
                // What went wrong is told by the first failure; some have rolled back already.
                _ = raw.sqlite3_exec(database, "ROLLBACK");
                throw;
            }
        }
    }

    private static void DefineFunctions(sqlite3 database)
    {
        var code = raw.sqlite3_create_function(
            database, "m2m_due_shard", 1, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null,
            (context, _, arguments) => raw.sqlite3_result_int64(context, DueTime.ShardOf(raw.sqlite3_value_text(arguments[0]).utf8_to_string())));
        if (code != raw.SQLITE_OK) throw SqliteStatement.Failure(database, code);
    }

    private static List<(int Number, string Name)> Done(sqlite3 database)
    {
        using var rows = new SqliteStatement(database, "SELECT version, name FROM schema_version");
        var done = new List<(int, string)>();
        while (rows.Step()) done.Add(((int)rows.Long(0), rows.Text(1)));
        return done;
    }
}
