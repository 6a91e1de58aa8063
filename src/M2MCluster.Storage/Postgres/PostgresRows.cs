using Npgsql;
using NpgsqlTypes;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// The rows of one statement of a batch, column by column, for <c>unnest</c>. Values are added in the order of the columns, row by
/// row. Used once.
/// </summary>
/// <param name="sql">With <c>$1</c> and so on, an array each.</param>
/// <param name="types">The columns' types: <c>bigint</c>, <c>text</c> or <c>bytea</c>.</param>
internal sealed class PostgresRows(string sql, params NpgsqlDbType[] types)
{
    // Most statements have no rows in most batches.
    private object[]? _columns;
    private int _next;

    public PostgresRows Add(long? value) => Add<long?>(value);

    public PostgresRows Add(string? value) => Add<string?>(value);

    public PostgresRows Add(byte[]? value) => Add<byte[]?>(value);

    /// <summary>Adds the statement to the batch, if there are rows.</summary>
    public void MoveTo(NpgsqlBatch batch)
    {
        if (_columns is null) return;
        var command = new NpgsqlBatchCommand(sql);
        for (var i = 0; i < types.Length; i++)
            command.Parameters.Add(new NpgsqlParameter { Value = _columns[i], NpgsqlDbType = NpgsqlDbType.Array | types[i] });
        batch.BatchCommands.Add(command);
    }

    private PostgresRows Add<T>(T value)
    {
        _columns ??= [.. types.Select(NewColumn)];
        ((List<T>)_columns[_next]).Add(value);
        _next = (_next + 1) % types.Length;
        return this;
    }

    private static object NewColumn(NpgsqlDbType type) => type switch
    {
        NpgsqlDbType.Bigint => new List<long?>(),
        NpgsqlDbType.Text => new List<string?>(),
        _ => new List<byte[]?>(),
    };
}
