using Microsoft.Data.Sqlite;

namespace M2MCluster.Storage.Sqlite;

internal sealed class SqliteReadConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public SqliteReadConnection(string path, int cacheKilobytes)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        _connection.Open();
        using var settings = _connection.CreateCommand();
        settings.CommandText = $"PRAGMA query_only = 1; PRAGMA cache_size = -{cacheKilobytes}";
        settings.ExecuteNonQuery();
    }

    /// <summary>The command for the statement, prepared at its first execution and kept.</summary>
    public SqliteCommand Command(string sql)
    {
        if (_commands.TryGetValue(sql, out var command)) return command;
        command = _connection.CreateCommand();
#pragma warning disable CA2100 // All texts are this project's own; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        _commands.Add(sql, command);
        return command;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        _connection.Dispose();
    }
}
