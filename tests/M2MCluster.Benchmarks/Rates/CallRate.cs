using M2MCluster.Benchmarks.Silo;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Storage;
using M2MCluster.Testing.Postgres;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>The same uplink as a call within a silo, on PostgreSQL: by the stock provider, and by the object's grain.</summary>
internal static class CallRate
{
    public static async Task<Measured> RunStockAsync(RateSettings settings, PostgresServer postgres)
    {
        await using var silo = await StockSilo.StartAsync(postgres.ConnectionString);
        return await RunAsync(settings, "three writes of Persistence.AdoNet, called in the silo", postgres.ProcessId,
            i => silo.Grains.GetGrain<IStockUplinkGrain>($"device-{i}").Report(new byte[settings.PayloadSize]));
    }

    public static async Task<Measured> RunOursAsync(RateSettings settings)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(StorageEngine.Postgres, opened: false);
        await using var silo = await BenchmarkSilo.StartAsync(database);
        var application = silo.Grains.GetGrain<IApplicationGrain>("billing");
        await application.Create("benchmark", "");
        await application.Subscribe("benchmark", new("billing", "", "", null));
        await Parallel.ForAsync(0, settings.Connections, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            await silo.Grains.GetObject($"device-{i}").Create("benchmark", ObjectKind.Device, new() { Plain = PlainAccess.Full }));
        var speakers = Enumerable.Range(0, settings.Connections).Select(i => new Speaker($"device-{i}", Strength.Secret, Bearer.Mqtt, "127.0.0.1:1883")).ToArray();
        return await RunAsync(settings, "M2MCluster's grain and commit, called in the silo", database.ServerProcessId,
            i => silo.Grains.GetObject(speakers[i].ObjectId).Report(speakers[i], new("application/octet-stream", new byte[settings.PayloadSize], ReportName.None)).AsTask());
    }

    private static async Task<Measured> RunAsync(RateSettings settings, string name, int server, Func<int, Task> report)
    {
        using var ending = new CancellationTokenSource();
        var counts = new long[settings.InFlight];
        var calling = Enumerable.Range(0, settings.InFlight).Select(caller => Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                await report(caller % settings.Connections);
                Interlocked.Increment(ref counts[caller]);
            }
        })).ToArray();
        await Task.WhenAny(Task.Delay(settings.WarmUp + settings.LeadIn), Task.WhenAll(calling));
        var before = counts.Sum();
        var meter = new Meter(("silo with its load", Environment.ProcessId), ("PostgreSQL", server));
        await Task.WhenAny(Task.Delay(settings.Duration), Task.WhenAll(calling));
        var measured = meter.Read(name, () => counts.Sum() - before);
        await ending.CancelAsync();
        await Task.WhenAll(calling);
        return measured;
    }
}
