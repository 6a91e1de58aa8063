using System.Data.Common;
using M2MCluster.Storage.Reading;

namespace M2MCluster.Storage.Tests.Suite;

/// <summary>Keeps what it is asked, for its plan, and finds nothing.</summary>
internal sealed class AskedQueries : IQueries
{
    public string Sql { get; private set; } = "";

    public (string Name, object? Value)[] Parameters { get; private set; } = [];

    public string? Estimate => null;

    public string IsOneOf(string parameter) => throw new NotSupportedException();

    public ValueTask<List<T>> ListAsync<T>(string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
    {
        (Sql, Parameters) = (sql, parameters);
        return new(new List<T>());
    }
}
