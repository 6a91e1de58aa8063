using System.Data.Common;
using M2MCluster.Contracts;

namespace M2MCluster.Storage.Reading;

internal static class QueryExtensions
{
    public static async ValueTask<T?> FirstAsync<T>(
        this IQueries queries, string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
        var rows = await queries.ListAsync(sql, parameters, map, cancellation).ConfigureAwait(false);
        return rows.Count == 0 ? default : rows[0];
    }

    public static async ValueTask<bool> AnswersAsync(this IQueries queries, CancellationToken cancellation)
    {
        try
        {
            return await queries.FirstAsync("SELECT 1", [], _ => true, cancellation).ConfigureAwait(false);
        }
        catch (M2MException)
        {
            return false;
        }
    }

    public static async Task<string> FactAsync(this IQueries queries, string name, CancellationToken cancellation) =>
        (await queries.FirstAsync("SELECT value FROM facts WHERE name = @name", [("name", name)], row => row.GetString(0), cancellation).ConfigureAwait(false))!;

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static byte[]? BytesOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Bytes(column);

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
