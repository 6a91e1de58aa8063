using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;
using Orleans.Runtime;

namespace M2MCluster.Host;

/// <summary>The silos of the cluster as Orleans' membership tells of them, and their edges, which are asked for when a silo has joined.</summary>
internal sealed partial class Silos(
    IClusterMembershipService membership, ILocalSiloDetails local, IServiceProvider services, TimeProvider time, ILogger<Silos> log) : BackgroundService, ISilos
{
    // Of the edges of this project, the only one whose sessions outlive a process.
    private const Bearer Lasting = Bearer.Coap;
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    // A silo whose edge is off is not asked for ever.
    private const int MaxQuestions = 60;

    private readonly ConcurrentDictionary<string, SiloAddress> _parsed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SiloAddress, IDownlink?> _edges = new();
    private TaskCompletionSource _departed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _departures;

    public string Local { get; } = local.SiloAddress.ToParsableString();

    public long Departures => Interlocked.Read(ref _departures);

    public bool IsGone(string silo) => membership.CurrentSnapshot.GetSiloStatus(Parse(silo)) == SiloStatus.Dead;

    public bool HasSuccessor(string silo) => SuccessorOf(silo) is not null;

    public IDownlink? FindEdge(Bearer bearer, string silo) =>
        bearer == Lasting && SuccessorOf(silo) is { } runs ? _edges.GetValueOrDefault(runs) : null;

    public async Task WaitForDepartureAsync(long known, CancellationToken cancellation)
    {
        while (true)
        {
            var departed = Volatile.Read(ref _departed).Task;
            if (Departures != known) return;
            await departed.WaitAsync(cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var active = new HashSet<SiloAddress>();
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                var now = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).ToHashSet();
                foreach (var joined in now.Except(active).Where(silo => !silo.Equals(local.SiloAddress))) _ = AskAsync(joined, stoppingToken);
                // One that is stopping is not active, and not gone: its grains are handed over until it is dead.
                var gone = active.Where(silo => !now.Contains(silo) && snapshot.GetSiloStatus(silo) == SiloStatus.Dead).ToList();
                active.UnionWith(now);
                active.ExceptWith(gone);
                foreach (var silo in gone) _edges.TryRemove(silo, out _);
                if (gone.Count > 0) Depart();
            }
        }
        catch (OperationCanceledException)
        {
            // This silo stops.
        }
    }

    private void Depart()
    {
        Interlocked.Increment(ref _departures);
        Interlocked.Exchange(ref _departed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private async Task AskAsync(SiloAddress silo, CancellationToken cancellation)
    {
        // Made when the first is asked: the client of a grain service needs the silo to run.
        var client = services.GetRequiredService<EdgeLookupClient>();
        for (var questions = 0; questions < MaxQuestions && !cancellation.IsCancellationRequested && !IsGone(silo); questions++)
        {
            try
            {
                if (await client.FindAsync(silo, Lasting) is { } edge)
                {
                    _edges[silo] = edge;
                    return;
                }
            }
            catch (Exception failure)
            {
                LogNotFound(silo.ToParsableString(), failure.Message);
            }

            await Task.Delay(AskAgain, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsGone(SiloAddress silo) => membership.CurrentSnapshot.GetSiloStatus(silo) == SiloStatus.Dead;

    private SiloAddress? SuccessorOf(string silo)
    {
        var run = Parse(silo);
        foreach (var (address, member) in membership.CurrentSnapshot.Members)
        {
            if (member.Status == SiloStatus.Active && address.Endpoint.Equals(run.Endpoint)) return address;
        }

        return null;
    }

    private SiloAddress Parse(string silo) => _parsed.GetOrAdd(silo, SiloAddress.FromParsableString);

    [LoggerMessage(6011, LogLevel.Debug, "The edges of silo {Silo} could not be asked for: {Reason}")]
    private partial void LogNotFound(string silo, string reason);
}
