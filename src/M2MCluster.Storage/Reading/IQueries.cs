using System.Data.Common;
using M2MCluster.Contracts;

namespace M2MCluster.Storage.Reading;

/// <summary>
/// Reads committed rows by SQL that both engines understand; parameters are written <c>@name</c>. Each call is one statement and sees
/// one moment. Thread-safe.
/// </summary>
internal interface IQueries
{
    /// <summary>The rest of a condition: equal to one of the strings of a parameter that is bound to a string array.</summary>
    string IsOneOf(string parameter);

    /// <summary>How many rows a table or an index of the name <c>@relation</c> has, about, without reading them; null: the engine cannot say.</summary>
    string? Estimate { get; }

    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: the database is away.</exception>
    ValueTask<List<T>> ListAsync<T>(
        string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation);
}
