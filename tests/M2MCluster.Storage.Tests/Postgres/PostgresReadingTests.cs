using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Storage.Postgres;
using M2MCluster.Storage.Reading;
using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests.Postgres;

[Collection(PostgresCollection.Name)]
public sealed class PostgresReadingTests(PostgresFixture server) : ReadingSuite
{
    [SkippableFact]
    public async Task FindByRequestAsync_TextThatPostgresDoesNotTake_IsTheCallersFault()
    {
        var refusal = await Assert.ThrowsAsync<M2MException>(async () => await Node.Messages.FindByRequestAsync("app", "objects/a", "a\0b", default));
        Assert.Equal(ErrorCode.InvalidArgument, refusal.Code);
    }

    [SkippableFact]
    public async Task ListAsync_WhatWaitsOfAnApplicationThatSentMuch_ReadsItsOwnRowsOnly()
    {
        var set = Set("a");
        for (var i = 0; i < 4000; i++) set.Messages.Add(Message($"objects/{i}") with { Outcome = i % 100 == 0 ? null : Outcome.Delivered, EndedAt = i % 100 == 0 ? null : Noon });
        await Node.Pipeline.CommitAsync(set);
        await Node.Get<IQueries>().ListAsync("ANALYZE messages", [], _ => 0, default);
        var asked = new AskedQueries();
        await new MessageReader(asked, null!).ListAsync(new(Application: "app", Waiting: true), new(long.MaxValue), 100, default);

        var plan = await Node.Get<IQueries>().ListAsync("EXPLAIN " + asked.Sql, asked.Parameters, row => row.GetString(0), default);

        Assert.Contains(plan, line => line.Contains("messages_waiting_of", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task ListAsync_DatabaseAway_IsToldNowAndThen()
    {
        Skip.If(server.Missing is not null, server.Missing);
        var (time, log) = (new FakeTimeProvider(), new CountingLog());
        await using var away = new PostgresDatabase("Host=127.0.0.1;Port=1", new());
        var queries = new PostgresQueries(away, time, log);

        for (var i = 0; i < 3; i++) await FailAsync();
        Assert.Equal(1, log.Count);
        time.Advance(TimeSpan.FromSeconds(5));
        await FailAsync();
        Assert.Equal(2, log.Count);

        async Task FailAsync() => await Assert.ThrowsAsync<M2MException>(async () => await queries.ListAsync("SELECT 1", [], row => row.GetInt32(0), default));
    }

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);

    private sealed class CountingLog : ILogger<PostgresQueries>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
