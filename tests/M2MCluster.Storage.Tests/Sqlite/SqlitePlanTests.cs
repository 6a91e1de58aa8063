using System.Data.Common;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Reading;
using M2MCluster.Storage.Reading;
using Microsoft.Data.Sqlite;

namespace M2MCluster.Storage.Tests.Sqlite;

/// <summary>SQLite plans by the form of a statement alone, since nobody counts for it: lists of messages must not be read by way of all that somebody sent, or that ended.</summary>
public sealed class SqlitePlanTests
{
    [Theory]
    [InlineData("app", "objects/o", null, "messages_by_target")]
    [InlineData("app", "objects/o", true, "messages_waiting")]
    [InlineData(null, "applications/a", true, "messages_waiting")]
    [InlineData(null, "objects/o", null, "messages_by_target")]
    [InlineData("app", null, null, "messages_by_application")]
    public async Task ListAsync_OfOneTarget_ReadsItsOwnRowsOnly(string? application, string? target, bool? waiting, string index)
    {
        var database = new TemporaryDatabase();
        try
        {
            await using (await StorageNode.OpenAsync(database.ConnectionString))
            {
                var asked = new Asked();
                await new MessageReader(asked, null!).ListAsync(new MessageQuery(application, target, null, waiting), new(long.MaxValue), 100, default);
                Assert.StartsWith($"SEARCH m USING INDEX {index} ", await asked.PlanAsync(database.ConnectionString), StringComparison.Ordinal);
            }
        }
        finally
        {
            database.Delete();
        }
    }

    /// <summary>Keeps what it is asked, and finds nothing.</summary>
    private sealed class Asked : IQueries
    {
        private string _sql = "";
        private (string Name, object? Value)[] _parameters = [];

        public string? Estimate => null;

        public string IsOneOf(string parameter) => throw new NotSupportedException();

        public ValueTask<List<T>> ListAsync<T>(string sql, (string Name, object? Value)[] parameters, Func<DbDataReader, T> map, CancellationToken cancellation)
        {
            (_sql, _parameters) = (sql, parameters);
            return new(new List<T>());
        }

        public async Task<string> PlanAsync(string connectionString)
        {
            await using var connection = new SqliteConnection(connectionString + ";Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + _sql;
            foreach (var (name, value) in _parameters) command.Parameters.AddWithValue("@" + name, value);
            await using var rows = await command.ExecuteReaderAsync();
            Assert.True(await rows.ReadAsync());
            return rows.GetString(3);
        }
    }
}
