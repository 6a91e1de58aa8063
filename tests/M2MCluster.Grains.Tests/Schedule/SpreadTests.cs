using System.Diagnostics;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Tests.Cluster;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace M2MCluster.Grains.Tests.Schedule;

/// <summary>Two silos, each with a database of its own, so that what a shard does shows on which silo it is.</summary>
public sealed class SpreadTests : IAsyncLifetime
{
    private const int Shard = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-spread-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _gone = Enumerable.Range(0, 10_000).Select(i => $"gone-{i}").First(id => DueTime.ShardOf(id) == Shard);
    private InProcessTestCluster? _cluster;

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((options, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.Services.AddM2MStorage($"Data Source={Path.Combine(_folder, options.SiloName, "m2m.db")}");
            silo.Services.AddM2MGrains(node: 7, new byte[32]);
            silo.Services.AddSingleton<TimeProvider>(_time).AddSingleton<IEdgeDirectory>(new FakeEdgeDirectory());
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        foreach (var silo in _cluster.Silos) await Of<IStorage>(silo).OpenAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Shard_ClaimedByAnotherSilo_GoesOnThereAndComesBackWhenThatOneIsGone()
    {
        var (first, second) = (_cluster!.Silos[0], _cluster.Silos[1]);
        await ExpectAtWorkAsync(first);
        _time.Advance(TimeSpan.FromMinutes(2));
        await ExpectAtWorkAsync(second);
        await _cluster.KillSiloAsync(second);
        await ExpectAtWorkAsync(first);
    }

    /// <summary>The silo claims the shard, again and again as the host does, until what is due in its database was dealt with.</summary>
    private async Task ExpectAtWorkAsync(InProcessSiloHandle silo)
    {
        var set = new WriteSet(new("test", Guid.NewGuid().ToString("N"), 0, []));
        var due = new DueTime(_time.GetUtcNow().ToUnixTimeMilliseconds(), _gone);
        set.Arm.Add(due);
        await Of<ICommitPipeline>(silo).CommitAsync(set);
        var start = Stopwatch.GetTimestamp();
        while ((await Of<IStateReader>(silo).DueAsync(Shard, default, due.At, 10)).Count > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, $"the shard is not at work on {silo.Name}");
            try
            {
                await Of<IGrainFactory>(silo).GetGrain<IScheduleGrain>(Shard).StartOn(silo.SiloAddress.ToParsableString());
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException)
            {
                // The cluster has not seen yet that the other silo is gone.
            }

            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20);
        }
    }

    private T Of<T>(InProcessSiloHandle silo) where T : notnull => _cluster!.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<T>();
}
