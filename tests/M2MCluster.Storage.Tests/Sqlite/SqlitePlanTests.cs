using M2MCluster.Contracts;
using M2MCluster.Contracts.Reading;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Tests.Suite;
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
    [InlineData("app", null, true, "messages_waiting_of")]
    public async Task ListAsync_OfOneTarget_ReadsItsOwnRowsOnly(string? application, string? target, bool? waiting, string index)
    {
        var database = new TemporaryDatabase();
        try
        {
            await using (await StorageNode.OpenAsync(database.ConnectionString))
            {
                var asked = new AskedQueries();
                await new MessageReader(asked, null!).ListAsync(new MessageQuery(application, target, null, waiting), new(long.MaxValue), 100, default);
                Assert.StartsWith($"SEARCH m USING INDEX {index} ", await PlanAsync(database.ConnectionString, asked), StringComparison.Ordinal);
            }
        }
        finally
        {
            database.Delete();
        }
    }

    private static async Task<string> PlanAsync(string connectionString, AskedQueries asked)
    {
        await using var connection = new SqliteConnection(connectionString + ";Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + asked.Sql;
        foreach (var (name, value) in asked.Parameters) command.Parameters.AddWithValue("@" + name, value);
        await using var rows = await command.ExecuteReaderAsync();
        Assert.True(await rows.ReadAsync());
        return rows.GetString(3);
    }
}
