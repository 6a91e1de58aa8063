using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Serialization;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>A message of 100 bytes to a group of so many sleepers: until it is accepted, and until each has its part on disk; and how the group came to its members.</summary>
internal static class CampaignLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly GeoArea Area = new() { Center = new(52.52, 13.405), Radius = 1000 };
    private static readonly ObjectPatch Placed = new() { Preconfigured = ImmutableSortedDictionary<string, string>.Empty.Add(Characteristics.Location, "\"geo:52.52,13.405\"") };

    /// <param name="arguments">How many; 1,000, 10,000, 100,000 and a million if left out. The engine; both if left out. <c>area</c>: to the same objects by where they are.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        int[] sizes = given.Length > 0 ? [int.Parse(given[0], CultureInfo.InvariantCulture)] : [1000, 10_000, 100_000, 1_000_000];
        StorageEngine[] engines = given.Length > 1 ? [Enum.Parse<StorageEngine>(given[1], ignoreCase: true)] : Enum.GetValues<StorageEngine>();
        foreach (var engine in engines)
        {
            foreach (var size in sizes) await MeasureAsync(engine, size, isArea: given is [.., "area"]);
        }
    }

    private static async Task MeasureAsync(StorageEngine engine, int members, bool isArea)
    {
        await using var database = await BenchmarkDatabase.OpenAsync(engine, opened: false);
        await using var silo = await BenchmarkSilo.StartAsync(database);
        await silo.Grains.GetGrain<IApplicationGrain>(Population.Application).Create("benchmark", "");
        var ids = await CreateAsync(silo.Services, members);
        var joined = Stopwatch.GetTimestamp();
        var group = silo.Grains.GetGrain<IGroupGrain>("all");
        await group.Create("benchmark", "", []);
        foreach (var page in isArea ? [] : ids.Chunk(IGroupGrain.MaxChange)) await group.Add("benchmark", [.. page]);
        var joining = Stopwatch.GetElapsedTime(joined);

        var before = await database.SizeAsync();
        using var process = Process.GetCurrentProcess();
        var (own, server) = (process.TotalProcessorTime, database.ServerTime());
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        var draft = new MessageDraft(
            Population.Application, "application/octet-stream", new byte[100], TimeSpan.FromDays(7), Campaign: new() { MemberEvents = false });
        var sent = (isArea ? await silo.Grains.GetGrain<IAreaGrain>("all").Send(draft with { Area = Area }) : await group.Send(draft)).Message;
        var accepted = Stopwatch.GetElapsedTime(start);
        var whole = silo.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);
        var peak = 0L;
        while (await whole.View() is { Phase: not CampaignPhase.Dispatched } && Stopwatch.GetElapsedTime(start) < Patience)
        {
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
            await Task.Delay(20);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var (ownUsed, serverUsed) = (process.TotalProcessorTime - own, database.ServerTime() - server);
        var parts = (await silo.Services.GetRequiredService<IMessageReader>().OutcomesAsync(sent.Id, default)).Sum(count => count.Count);
        var active = (await silo.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics()).Where(one => one.GrainType.Contains("ObjectGrain", StringComparison.Ordinal)).Sum(one => one.ActivationCount);
        var size = await database.SizeAsync() - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{engine,-8} {members} members joined in {joining.TotalSeconds:f1} s; accepted in {accepted.TotalSeconds:f2} s, {parts} parts on disk after {elapsed.TotalSeconds:f1} s, {parts / elapsed.TotalSeconds:f0}/s, {size / (double)parts:f0} bytes of disk each; CPU us each {ownUsed.TotalMicroseconds / parts:f1} + {serverUsed.TotalMicroseconds / parts:f1}; heap {heap / 1048576.0:f0} MiB, at most {peak / 1048576.0:f0} MiB meanwhile, {process.WorkingSet64 / 1048576.0:f0} MiB resident; {active} objects in memory"));
    }

    private static async Task<IReadOnlyList<string>> CreateAsync(IServiceProvider services, int count)
    {
        var bulk = services.GetRequiredService<IBulkCommit>();
        var serializer = services.GetRequiredService<Serializer<ObjectState>>();
        var now = TimeProvider.System.GetUtcNow();
        var ids = Enumerable.Range(0, count).Select(Population.IdOf).ToList();
        foreach (var chunk in ids.Chunk(bulk.MostObjects))
        {
            var set = new BulkSet(new("import", chunk[0], 0, []));
            foreach (var id in chunk) set.Objects.Add(new(Creation.Describe(id, ObjectKind.Device, Placed, now), serializer.SerializeToArray(Creation.State(1)), 0));
            await bulk.TryCommitAsync(set);
        }

        return ids;
    }
}
