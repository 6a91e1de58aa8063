using System.Diagnostics;
using System.Globalization;
using M2MCluster.Storage;

namespace M2MCluster.Benchmarks.Storage;

/// <summary>
/// Commits hot-path sets for some seconds with so many in flight, round and round over 20,000 objects, and
/// tells writes a second, latency, and CPU time a write, of this process (load included) and of the database. A caller may pause
/// after each commit, as a device does until its next report has come over the network.
/// </summary>
internal static class CommitLoad
{
    private const int Objects = 20_000;

    /// <param name="arguments">The engine, the number in flight, seconds, milliseconds of pause; each may be left out.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        StorageEngine[] engines = given.Length > 0 ? [Enum.Parse<StorageEngine>(given[0], ignoreCase: true)] : Enum.GetValues<StorageEngine>();
        int[] widths = given.Length > 1 ? [int.Parse(given[1], CultureInfo.InvariantCulture)] : [16, 512];
        var seconds = given.Length > 2 ? int.Parse(given[2], CultureInfo.InvariantCulture) : 8;
        var pause = TimeSpan.FromMilliseconds(given.Length > 3 ? double.Parse(given[3], CultureInfo.InvariantCulture) : 0);
        foreach (var engine in engines)
        {
            foreach (var width in widths) await MeasureAsync(engine, width, TimeSpan.FromSeconds(seconds), pause);
        }
    }

    private static async Task MeasureAsync(StorageEngine engine, int width, TimeSpan duration, TimeSpan pause)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(engine);
        var versions = new long[Objects];
        var ids = Enumerable.Range(0, Objects).Select(i => $"device-{i:d6}").ToArray();
        await Parallel.ForAsync(0, Objects, new ParallelOptions { MaxDegreeOfParallelism = 512 }, async (i, _) =>
            await database.Pipeline.CommitAsync(HotPath.Set(ids[i], versions[i]++)));

        // The first seconds are the compiler's.
        await WriteAsync(database, ids, versions, width, TimeSpan.FromSeconds(3), pause);
        using var process = Process.GetCurrentProcess();
        var (own, server) = (process.TotalProcessorTime, database.ServerTime());
        var start = Stopwatch.GetTimestamp();
        var all = await WriteAsync(database, ids, versions, width, duration, pause);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var (ownUsed, serverUsed) = (process.TotalProcessorTime - own, database.ServerTime() - server);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine,-8} {width,4} in flight: {all.Length / elapsed.TotalSeconds,8:f0} writes/s, p50 {all[all.Length / 2]:f2} ms, p99 {all[all.Length * 99 / 100]:f2} ms, max {all[^1]:f1} ms, CPU us/write {ownUsed.TotalMicroseconds / all.Length:f1} + {serverUsed.TotalMicroseconds / all.Length:f1}"));
    }

    /// <returns>The latencies, milliseconds, the shortest first.</returns>
    private static async Task<double[]> WriteAsync(BenchmarkDatabase database, string[] ids, long[] versions, int width, TimeSpan duration, TimeSpan pause)
    {
        var latencies = new List<double>[width];
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, width).Select(client => Task.Run(async () =>
        {
            var mine = latencies[client] = new(1 << 16);
            for (var i = client; Stopwatch.GetElapsedTime(start) < duration; i = (i + width) % (Objects / width * width))
            {
                var began = Stopwatch.GetTimestamp();
                await database.Pipeline.CommitAsync(HotPath.Set(ids[i], versions[i]++));
                mine.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                if (pause > TimeSpan.Zero) await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()));
            }
        })));
        return [.. latencies.SelectMany(one => one).Order()];
    }
}
