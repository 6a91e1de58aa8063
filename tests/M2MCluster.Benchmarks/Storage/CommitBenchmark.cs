using BenchmarkDotNet.Attributes;
using M2MCluster.Storage;

namespace M2MCluster.Benchmarks.Storage;

/// <summary>The time of one hot-path commit when so many are always in flight, and what it allocates.</summary>
[MemoryDiagnoser]
public class CommitBenchmark
{
    private const int Commits = 8192;
    private readonly long[] _versions = new long[512];
    private readonly string[] _ids = [.. Enumerable.Range(0, 512).Select(i => $"device-{i:d6}")];
    private BenchmarkDatabase _database = null!;

    [Params(StorageEngine.Sqlite, StorageEngine.Postgres)] public StorageEngine Engine { get; set; }

    [Params(16, 512)] public int InFlight { get; set; }

    [GlobalSetup] public async Task Open() => _database = await BenchmarkDatabase.OpenAsync(Engine);

    [GlobalCleanup] public async Task Close() => await _database.DisposeAsync();

    [Benchmark(OperationsPerInvoke = Commits)]
    public Task Commit() => Task.WhenAll(Enumerable.Range(0, InFlight).Select(async client =>
    {
        for (var i = 0; i < Commits / InFlight; i++) await _database.Pipeline.CommitAsync(HotPath.Set(_ids[client], _versions[client]++));
    }));
}
