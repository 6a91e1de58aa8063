using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Storage.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>Reads on the pool's connections. A connection that turns out to be dead is not the caller's trouble: the read is done again.</summary>
internal sealed partial class PostgresQueries(PostgresDatabase database, ILogger<PostgresQueries> log) : IQueries
{
    public string IsOneOf(string parameter) => $"= ANY(@{parameter})";

    public string? Estimate => "SELECT coalesce((SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(@relation)), -1)";

    public async ValueTask<List<T>> ListAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(sql, parameters, map, cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // Once more below, on another connection.
        }

        try
        {
            return await ReadAsync(sql, parameters, map, cancellation).ConfigureAwait(false);
        }
        catch (NpgsqlException failure)
        {
            LogFailed(failure);
            throw new M2MException(ErrorCode.Unavailable, "storage is not available");
        }
    }

    private async Task<List<T>> ReadAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // All texts are this project's own; values are parameters.
        using var command = database.Readers.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) rows.Add(map(reader));
        return rows;
    }

    [LoggerMessage(5021, LogLevel.Error, "A read failed")]
    private partial void LogFailed(Exception failure);
}
