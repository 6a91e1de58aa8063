using System.Diagnostics;
using System.Globalization;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Contracts.Objects;
using M2MCluster.Storage;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>So many objects that sleep are called once each, and stay in memory: how fast they come, and what each costs there.</summary>
internal static class ActivationLoad
{
    private const int InFlight = 512;
    private const int Warm = 5000;

    /// <param name="arguments">How many; 100,000 if left out. The engine; both if left out.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        var objects = given.Length > 0 ? int.Parse(given[0], CultureInfo.InvariantCulture) : 100_000;
        StorageEngine[] engines = given.Length > 1 ? [Enum.Parse<StorageEngine>(given[1], ignoreCase: true)] : Enum.GetValues<StorageEngine>();
        foreach (var engine in engines) await MeasureAsync(engine, objects);
    }

    private static async Task MeasureAsync(StorageEngine engine, int objects)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(engine, opened: false);
        await using var silo = await BenchmarkSilo.StartAsync(database, collectionAge: TimeSpan.FromHours(2));
        await Population.WriteAsync(silo.Services, Warm + objects, expiry: null);
        await CallAsync(silo, 0, Warm);
        using var process = Process.GetCurrentProcess();
        var before = HeapBytes();
        var (own, server) = (process.TotalProcessorTime, database.ServerTime());
        var start = Stopwatch.GetTimestamp();
        await CallAsync(silo, Warm, Warm + objects);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var (ownUsed, serverUsed) = (process.TotalProcessorTime - own, database.ServerTime() - server);
        var each = (HeapBytes() - before) / (double)objects;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine,-8} {objects} activations in {elapsed.TotalSeconds:f1} s, {objects / elapsed.TotalSeconds:f0}/s, CPU us each {ownUsed.TotalMicroseconds / objects:f1} + {serverUsed.TotalMicroseconds / objects:f1}; heap {each:f0} bytes each"));
    }

    private static Task CallAsync(BenchmarkSilo silo, int from, int to) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, _) =>
            await silo.Grains.GetObject(Population.IdOf(i)).Get());

    private static long HeapBytes() => GC.GetTotalMemory(forceFullCollection: true);
}
