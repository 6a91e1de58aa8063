using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace M2MCluster.Storage.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Validate_SeveralWrong_TellsAllTogether()
    {
        using var services = new ServiceCollection()
            .AddM2MStorage("Data Source=x", options => (options.BatchSize, options.QueueBound, options.ReadConnections) = (0, 1, 1000)).BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<StorageOptions>());
        Assert.Equal(3, failure.Failures.Count());
    }

    [Theory]
    [InlineData("Data Source=m2m.db", StorageEngine.Sqlite)]
    [InlineData(" data source=m2m.db", StorageEngine.Sqlite)]
    [InlineData("Host=db;Database=m2m", StorageEngine.Postgres)]
    [InlineData("Username=u;Host=db", StorageEngine.Postgres)]
    [InlineData("Server=db", null)]
    [InlineData("", null)]
    public void EngineOf_ConnectionString_IsByItsKeys(string connectionString, StorageEngine? engine) =>
        Assert.Equal(engine, StorageServices.EngineOf(connectionString));
}
