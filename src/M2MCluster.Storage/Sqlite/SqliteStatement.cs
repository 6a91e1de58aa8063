using System.Text;
using M2MCluster.Storage.Commit;
using SQLitePCL;

namespace M2MCluster.Storage.Sqlite;

/// <summary>A prepared statement; parameters are bound in order, from 1. Not thread-safe.</summary>
internal sealed class SqliteStatement(sqlite3 database, string sql) : IDisposable
{
    private readonly sqlite3_stmt _statement = Prepare(database, sql);

    private int _bound;

    public SqliteStatement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
        return this;
    }

    public SqliteStatement Bind(string? value)
    {
        _bound++;
        if (value is null)
        {
            Check(raw.sqlite3_bind_null(_statement, _bound));
            return this;
        }

        // A span of no bytes would be bound as NULL.
        if (value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(_statement, _bound, ""));
            return this;
        }

        Span<byte> small = stackalloc byte[384];
        if (value.Length <= small.Length / 3) Check(raw.sqlite3_bind_text(_statement, _bound, small[..Encoding.UTF8.GetBytes(value, small)]));
        else Check(raw.sqlite3_bind_text(_statement, _bound, Encoding.UTF8.GetBytes(value).AsSpan()));
        return this;
    }

    public SqliteStatement Bind(long? value)
    {
        if (value is { } number) return Bind(number);
        Check(raw.sqlite3_bind_null(_statement, ++_bound));
        return this;
    }

    public SqliteStatement Bind(byte[]? value)
    {
        _bound++;
        Check(value switch
        {
            null => raw.sqlite3_bind_null(_statement, _bound),
            [] => raw.sqlite3_bind_zeroblob(_statement, _bound, 0),
            _ => raw.sqlite3_bind_blob(_statement, _bound, value.AsSpan()),
        });
        return this;
    }

    /// <summary>Runs it to its end and makes it ready for the next parameters.</summary>
    /// <returns>The rows that it changed.</returns>
    public int Execute()
    {
        while (Step()) { }
        Reset();
        return raw.sqlite3_changes(database);
    }

    /// <summary>True: there is a row, to be read by <see cref="Long"/> and <see cref="Text"/>.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        var failure = Failure(database, code);
        Reset();
        throw failure;
    }

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public void Reset()
    {
        // The code is that of the last step, which was looked at.
        _ = raw.sqlite3_reset(_statement);
        _bound = 0;
    }

    public void Dispose() => _statement.Dispose();

    public static Exception Failure(sqlite3 database, int code)
    {
        var message = $"SQLite: {raw.sqlite3_errmsg(database).utf8_to_string()} ({raw.sqlite3_extended_errcode(database)})";
        return (code & 0xff) switch
        {
            raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE => new RefusedRowException(message),
            _ => new IOException(message),
        };
    }

    private static sqlite3_stmt Prepare(sqlite3 database, string sql)
    {
        var code = raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return code == raw.SQLITE_OK ? statement : throw Failure(database, code);
    }

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        var failure = Failure(database, code);
        Reset();
        throw failure;
    }
}
