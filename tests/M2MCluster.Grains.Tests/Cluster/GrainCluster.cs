using System.Globalization;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Routing;
using M2MCluster.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace M2MCluster.Grains.Tests.Cluster;

/// <summary>
/// One silo with the real storage in a folder of its own, a clock that stands still until it is moved, and no edges. Shared by all
/// tests; each makes objects of its own, and none relies on what the time is.
/// </summary>
public class GrainCluster : IAsyncLifetime
{
    // What grains decide has nothing to do with how fast a disk is: in memory, where that is to be had.
    private readonly string _folder = Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory(Path.Combine("/dev/shm", $"m2m-grains-{Guid.NewGuid():n}")).FullName
        : Directory.CreateTempSubdirectory("m2m-grains-").FullName;

    private InProcessTestCluster? _cluster;
    private IServiceProvider? _services;
    private int _names;

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    internal FakeEdgeDirectory Edges { get; } = new();
    internal FaultyPipeline Pipeline => (FaultyPipeline)Get<ICommitPipeline>();
    internal IStateReader States => Get<IStateReader>();
    internal IFeedReader Feeds => Get<IFeedReader>();
    internal IReportReader Reports => Get<IReportReader>();
    internal IMessageReader Messages => Get<IMessageReader>();
    internal IGrainFactory Grains => Get<IGrainFactory>();

    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            Configure(silo.Services);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _services = _cluster.GetSiloServiceProvider(_cluster.Silos[0].SiloAddress);
        await Get<IStorage>().OpenAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>An id that no other test uses.</summary>
    internal string Fresh(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref _names)}");

    internal T Get<T>() where T : notnull => _services!.GetRequiredService<T>();

    /// <summary>Ends the activation, as idleness or a restart would: the next call finds only what is on disk.</summary>
    internal async Task ForgetAsync(IAddressable grain) => await _cluster!.DeactivateAsync(grain);

    internal bool IsActive(IAddressable grain) => _cluster!.TryGetGrainContext(grain.GetGrainId(), out _);

    private protected virtual void Add(IServiceCollection services)
    {
    }

    private void Configure(IServiceCollection services)
    {
        // Surveys are for metrics. A clock that is moved by an hour makes all of that hour, one after the other, before it stands still again.
        services.AddM2MStorage($"Data Source={Path.Combine(_folder, "m2m.db")}", options => options.SurveySeconds = 3600);
        services.AddM2MGrains(node: 7, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        services.Configure<PathOptions>(options => options.Mqtt.CostPerMessage = 1e-6);
        services.AddSingleton<TimeProvider>(Time);
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        services.AddSingleton<IEdgeDirectory>(Edges);
        var inner = services.Last(service => service.ServiceType == typeof(ICommitPipeline)).ImplementationFactory!;
        services.AddSingleton<ICommitPipeline>(provider => new FaultyPipeline((ICommitPipeline)inner(provider)));
        Add(services);
    }
}
