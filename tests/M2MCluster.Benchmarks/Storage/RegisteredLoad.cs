using System.Diagnostics;
using System.Globalization;
using M2MCluster.Storage;

namespace M2MCluster.Benchmarks.Storage;

/// <summary>Registers so many sleeping devices on SQLite, each by a write set of its own, and tells what they cost in memory: rows, and nothing else.</summary>
internal static class RegisteredLoad
{
    private const int InFlight = 1024;

    /// <param name="arguments">How many; a million if left out.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var objects = arguments.Length > 0 ? int.Parse(arguments.Span[0], CultureInfo.InvariantCulture) : 1_000_000;
        await using var database = await BenchmarkDatabase.OpenAsync(StorageEngine.Sqlite);
        await RegisterAsync(database, 0, 1000);
        var before = HeapBytes();
        var start = Stopwatch.GetTimestamp();
        await RegisterAsync(database, 1000, objects);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var after = HeapBytes();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{objects} sleeping devices registered in {elapsed.TotalSeconds:f0} s; heap before {before / 1048576.0:f1} MiB, after {after / 1048576.0:f1} MiB: {(after - before) / (double)objects:f2} bytes each"));
    }

    private static Task RegisterAsync(BenchmarkDatabase database, int from, int to) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, _) =>
        {
            var set = HotPath.Registration($"device-{i:d8}");
            await database.Pipeline.CommitAsync(set);
        });

    private static long HeapBytes() => GC.GetTotalMemory(forceFullCollection: true);
}
