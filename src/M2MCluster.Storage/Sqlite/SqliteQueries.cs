using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Storage.Reading;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Storage.Sqlite;

/// <summary>Reads beside the writer, on connections of its own with their statements prepared. A call ends on the caller's thread.</summary>
internal sealed partial class SqliteQueries(SqliteFile file, StorageOptions options, ILogger<SqliteQueries> log) : IQueries, IDisposable
{
    private readonly SemaphoreSlim _free = new(options.ReadConnections);
    private readonly ConcurrentStack<SqliteReadConnection> _connections = new();

    public string IsOneOf(string parameter) => $"IN (SELECT value FROM json_each(@{parameter}))";

    public string? Estimate => null;

    public async ValueTask<List<T>> ListAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_connections.TryPop(out var connection)) connection = new(file.Path, options.CacheKilobytes);
            try
            {
                var rows = List(connection.Command(sql), parameters, map);
                _connections.Push(connection);
                return rows;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
        catch (SqliteException failure)
        {
            LogFailed(failure);
            throw new M2MException(ErrorCode.Unavailable, "storage is not available");
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        while (_connections.TryPop(out var connection)) connection.Dispose();
        _free.Dispose();
    }

    private static List<T> List<T>(SqliteCommand command, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map)
    {
        foreach (var (name, value) in parameters)
        {
            var bound = value is string[] strings ? JsonSerializer.Serialize(strings) : value ?? DBNull.Value;
            if (command.Parameters.Contains("@" + name)) command.Parameters["@" + name].Value = bound;
            else command.Parameters.AddWithValue("@" + name, bound);
        }

        var rows = new List<T>();
        using var reader = command.ExecuteReader();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    [LoggerMessage(5010, LogLevel.Error, "A read failed")]
    private partial void LogFailed(Exception failure);
}
