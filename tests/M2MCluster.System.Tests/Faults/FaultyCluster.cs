using System.Globalization;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>Three silos behind relays, on a PostgreSQL of their own, and what can go wrong with them.</summary>
internal sealed class FaultyCluster : IAsyncDisposable
{
    private const int Size = 3;
    private static readonly TimeSpan CallsTake = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(120);

    private readonly PostgresServer _server;
    private readonly Cluster _cluster;
    private readonly SemaphoreSlim _database = new(1);
    private readonly SemaphoreSlim[] _silos = [.. Enumerable.Range(0, Size).Select(_ => new SemaphoreSlim(1))];
    private readonly SemaphoreSlim[] _pairs = [.. Enumerable.Range(0, Size).Select(_ => new SemaphoreSlim(1))];
    private int _turn;

    private FaultyCluster(PostgresServer server, Cluster cluster)
    {
        (_server, _cluster) = (server, cluster);
        _fronts = [.. cluster.Silos.Select(silo => new RestClient(silo.FrontDoor, cluster[0].OperatorKey, CallsTake))];
    }

    public IReadOnlyList<HostProcess> Silos => _cluster.Silos;

    /// <summary>Each silo's front door, through its restarts, for callers that do not wait long.</summary>
    private readonly IReadOnlyList<RestClient> _fronts;

    public string OperatorKey => _cluster[0].OperatorKey;

    public static async Task<FaultyCluster> StartAsync()
    {
        var server = await PostgresServer.StartAsync(Programs.Postgres);
        try
        {
            var settings = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Warning", ["M2M__Silo__FailureDetection"] = "00:00:02" };
            return new(server, await Cluster.StartAsync(Node.HostAssembly, server.ConnectionString, Size, _ => settings, behindRelays: true));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The front doors, one after the other.</summary>
    public RestClient NextFront() => _fronts[(int)((uint)Interlocked.Increment(ref _turn) % Size)];

    /// <summary>Lets it happen, and mends it. What befalls the same silo, or the database, waits for what is happening there.</summary>
    public async Task HappenAsync(Fault fault, RunLog log)
    {
        switch (fault.Kind)
        {
            case FaultKind.KillDatabase or FaultKind.CrashDatabase:
                await WithAsync(_database, async () =>
                {
                    await (fault.Kind == FaultKind.KillDatabase ? _server.KillAsync() : _server.CrashAsync());
                    log.Fault(fault);
                    await Task.Delay(fault.Lasts);
                    await _server.ResumeAsync();
                });
                break;
            case FaultKind.CutSilos:
                // The pair goes by the number of the third.
                await WithAsync(_pairs[Size - fault.Silo - fault.Other], async () =>
                {
                    Cut(fault, fault.Cut);
                    log.Fault(fault);
                    await Task.Delay(fault.Lasts);
                    Cut(fault, SiloCut.None);
                });
                break;
            default:
                await WithAsync(_silos[fault.Silo], () => HappenAsync(Silos[fault.Silo], fault, log));
                break;
        }

        log.Mended(fault);
    }

    /// <summary>Waits until every silo is ready and the cluster has all of them; those that ended, as one does that comes back as a zombie, are started again.</summary>
    public async Task RecoverAsync()
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        using var patience = new CancellationTokenSource(StartsWithin);
        do
        {
            // One that was thawed may still have to find out that it was declared dead.
            foreach (var (turn, silo) in _silos.Zip(Silos)) await WithAsync(turn, () => RunningAsync(silo));
            if (await _cluster.ScalarAsync(Cluster.ActiveSilos) == Size && Silos.All(silo => silo.IsRunning)) return;
        }
        while (await poll.WaitForNextTickAsync(patience.Token));
    }

    /// <summary>What the silos wrote, a file each.</summary>
    public async Task SaveOutputAsync(string folder)
    {
        for (var silo = 0; silo < Size; silo++)
            await File.WriteAllTextAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"silo-{silo}.log")), Silos[silo].Output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var front in _fronts) front.Dispose();
        await _cluster.DisposeAsync();
        await _server.DisposeAsync();
        _database.Dispose();
        foreach (var one in _silos.Concat(_pairs)) one.Dispose();
    }

    private static async Task HappenAsync(HostProcess silo, Fault fault, RunLog log)
    {
        // One that ended by itself, as a zombie does.
        if (!silo.IsRunning) await RunningAsync(silo);
        switch (fault.Kind)
        {
            case FaultKind.KillSilo:
                await silo.KillAsync();
                log.Fault(fault);
                await Task.Delay(fault.Lasts);
                await RunningAsync(silo);
                break;
            case FaultKind.StopSilo:
                log.Fault(fault);
                await silo.StopAsync();
                await Task.Delay(fault.Lasts);
                await RunningAsync(silo);
                break;
            default:
                await silo.FreezeAsync();
                log.Fault(fault);
                await Task.Delay(fault.Lasts);
                await silo.ThawAsync();
                break;
        }
    }

    // The database may be away just now, which a silo that starts tells and ends.
    private static async Task RunningAsync(HostProcess silo)
    {
        using var patience = new CancellationTokenSource(StartsWithin);
        while (!silo.IsRunning)
        {
            try
            {
                await silo.StartAsync();
            }
            catch (InvalidOperationException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    private static async Task WithAsync(SemaphoreSlim turn, Func<Task> happens)
    {
        await turn.WaitAsync();
        try
        {
            await happens();
        }
        finally
        {
            turn.Release();
        }
    }

    // Either may have opened the connection that both use. In is towards the first, whoever opened it.
    private void Cut(Fault fault, SiloCut cut)
    {
        var (one, other) = (Silos[fault.Silo], Silos[fault.Other]);
        one.Relay!.Cut(other, cut);
        other.Relay!.Cut(one, cut switch { SiloCut.In => SiloCut.Out, SiloCut.Out => SiloCut.In, _ => cut });
    }
}
