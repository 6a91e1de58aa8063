using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

/// <summary>A copy of the database file while a node writes to it.</summary>
public static class SqliteBackup
{
    /// <summary>
    /// Copies the database as it is at one moment, with all that was acknowledged before the call, into a file of its own; the node goes on
    /// meanwhile. On return the copy is on disk.
    /// </summary>
    /// <param name="connectionString">Of the node: <c>Data Source=…</c>.</param>
    /// <param name="target">A file that is not there yet.</param>
    /// <exception cref="IOException">There is no database, the target is there already, or there is no room.</exception>
    public static void Write(string connectionString, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var source = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (!File.Exists(source)) throw new IOException($"there is no database {source}");
        if (File.Exists(target)) throw new IOException($"{target} is there already");
        Batteries_V2.Init();
        var code = raw.sqlite3_open_v2(source, out var database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_PRIVATECACHE, null);
        using (database)
        {
            if (code != raw.SQLITE_OK) throw SqliteStatement.Failure(database, code);
            SqliteFile.Execute(database, "PRAGMA busy_timeout = 5000");

            // By one long read: the write-ahead log grows meanwhile, and writers do not wait.
            SqliteFile.Execute(database, $"VACUUM INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
        }

        using var written = new FileStream(target, FileMode.Open, FileAccess.ReadWrite);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        written.Flush(flushToDisk: true);
    }
}
