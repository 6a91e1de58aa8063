using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Storage.Reading;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>Reads on the pool's connections. A connection that turns out to be dead is not the caller's trouble: the read is done again.</summary>
internal sealed partial class PostgresQueries(PostgresDatabase database, TimeProvider time, ILogger<PostgresQueries> log) : IQueries
{
    // While the database is away every read fails, and there may be thousands a second.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private long _toldAt;
    private long _untold;

    public string IsOneOf(string parameter) => $"= ANY(@{parameter})";

    public string? Estimate => "SELECT coalesce((SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(@relation)), -1)";

    public async ValueTask<List<T>> ListAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(sql, parameters, map, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.CharacterNotInRepertoire)
        {
            throw new M2MException(ErrorCode.InvalidArgument, "a text has a character U+0000, which nothing here has");
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
            Tell(failure);
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

    private void Tell(Exception failure)
    {
        Interlocked.Increment(ref _untold);
        var (last, now) = (Interlocked.Read(ref _toldAt), time.GetTimestamp());
        if (last != 0 && time.GetElapsedTime(last, now) < Quiet) return;
        if (Interlocked.CompareExchange(ref _toldAt, now, last) == last) LogFailed(Interlocked.Exchange(ref _untold, 0), failure);
    }

    [LoggerMessage(5021, LogLevel.Error, "Reads failed: {Count} since the last of these lines, this one so")]
    private partial void LogFailed(long count, Exception failure);
}
