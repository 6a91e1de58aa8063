using System.Diagnostics;
using System.Globalization;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Schedule;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>
/// So many sleeping objects, each with a message that expires at a time of its own within one minute: the schedule ends them, with their
/// outcomes' events. And the index alone: the same due times read ahead and taken in time, with nothing done about them.
/// </summary>
internal static class DueLoad
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <param name="arguments">How many; a million if left out. The engine; both if left out.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        var items = given.Length > 0 ? int.Parse(given[0], CultureInfo.InvariantCulture) : 1_000_000;
        StorageEngine[] engines = given.Length > 1 ? [Enum.Parse<StorageEngine>(given[1], ignoreCase: true)] : Enum.GetValues<StorageEngine>();
        foreach (var engine in engines) await MeasureAsync(engine, items);
    }

    private static async Task MeasureAsync(StorageEngine engine, int items)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(engine, opened: false);
        await using var silo = await BenchmarkSilo.StartAsync(database);
        await silo.Grains.GetGrain<IApplicationGrain>(Population.Application).Create("benchmark", "");
        // The rows are written first, for as long as that takes; the objects fall due after it.
        var filling = TimeSpan.FromSeconds(20 + (items / 12_000.0));
        var from = TimeProvider.System.GetUtcNow() + filling;
        var start = Stopwatch.GetTimestamp();
        await Population.WriteAsync(silo.Services, items, i => from + (Minute * ((double)i / items)));
        var late = TimeProvider.System.GetUtcNow() - from;
        var (took, size) = (Stopwatch.GetElapsedTime(start), await database.SizeAsync());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{engine,-8} {items} objects with a message of 64 bytes each written in {took.TotalSeconds:f0} s, {size / (double)items:f0} bytes of disk each"));
        if (late > TimeSpan.FromSeconds(-10)) Console.WriteLine($"that was too slow by {late}: the first are late already");

        await LookUpAsync(silo, from, items);
        await FireAsync(engine, database, silo, items, from);
    }

    private static async Task FireAsync(StorageEngine engine, BenchmarkDatabase database, BenchmarkSilo silo, int items, DateTimeOffset from)
    {
        using var lateness = new Lateness();
        await silo.StartScheduleAsync();
        var wait = from - TimeProvider.System.GetUtcNow();
        if (wait > TimeSpan.Zero) await Task.Delay(wait);
        using var process = Process.GetCurrentProcess();
        var (own, server) = (process.TotalProcessorTime, database.ServerTime());
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        while (lateness.Count < items && Stopwatch.GetElapsedTime(start) < Patience) await Task.Delay(50);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var (ownUsed, serverUsed) = (process.TotalProcessorTime - own, database.ServerTime() - server);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        var count = lateness.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine,-8} expired with their events: {count} of {items} in {elapsed.TotalSeconds:f1} s, {count / elapsed.TotalSeconds:f0}/s; lateness {lateness}; failed {lateness.Failed}, called instead {lateness.Called}; CPU us each {ownUsed.TotalMicroseconds / count:f1} + {serverUsed.TotalMicroseconds / count:f1}; heap {heap / 1048576.0:f0} MiB, after {after / 1048576.0:f0} MiB"));
    }

    /// <summary>The index alone, in its own time: windows are read ahead and their times taken when they come.</summary>
    private static async Task LookUpAsync(BenchmarkSilo silo, DateTimeOffset from, int items)
    {
        var states = silo.Services.GetRequiredService<IStateReader>();
        using var process = Process.GetCurrentProcess();
        var own = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var read = 0;
        foreach (var shard in Enumerable.Range(0, DueTime.Shards))
        {
            var window = new DueWindow(shard, states);
            var end = DueTime.Of(from + Minute);
            for (var taken = -1; taken != 0;)
            {
                await window.LookAsync(end);
                var page = window.Take(end, int.MaxValue);
                foreach (var due in page) window.Done(due);
                read += taken = page.Count;
            }
        }

        process.Refresh();
        var elapsed = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"         the index alone: {read} of {items} read into windows and taken in {elapsed.TotalSeconds:f2} s, {read / elapsed.TotalSeconds:f0}/s, CPU us each {(process.TotalProcessorTime - own).TotalMicroseconds / read:f1}"));
    }
}
