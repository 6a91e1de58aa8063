using M2MCluster.Contracts;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

internal static class SqliteMigrator
{
    /// <summary>Brings the schema up to date, each step whole or not at all. The file's lock keeps others away.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than this program.</exception>
    public static void Migrate(sqlite3 database)
    {
        DefineFunctions(database);
        SqliteFile.Execute(database, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)");
        foreach (var migration in Migration.After(Migration.All("Sqlite"), Version(database)))
        {
            SqliteFile.Execute(database, "BEGIN IMMEDIATE");
            try
            {
                SqliteFile.Execute(database, migration.Sql);
                using var done = new SqliteStatement(database, "INSERT INTO schema_version VALUES (?, ?)");
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

    private static int Version(sqlite3 database)
    {
        using var version = new SqliteStatement(database, "SELECT coalesce(max(version), 0) FROM schema_version");
        return version.Step() ? (int)version.Long(0) : 0;
    }
}
