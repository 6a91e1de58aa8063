using System.Collections.Concurrent;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using Microsoft.Extensions.Options;
using Orleans.Serialization;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Lets what is urgent leave while a bearer's planner is silent: it takes over what the disk says of the budgets, as the next planner will, and takes nothing ahead. So the
/// stand-ins of several silos lose nothing to each other; each message waits for a commit; and of a planner that is only slow, what it had taken ahead is lost. Who
/// waits for a later slot is not known here: it goes by who asks first. Thread-safe.
/// </summary>
internal sealed class StandIn(
    IOptions<PlanningOptions> options, TariffCalendar calendar, ICommitPipeline pipeline, IStateReader states, Serializer<PlanPage> serializer, PlanMetrics metrics, TimeProvider time)
{
    private const int Nothing = 0;

    // One for each other silo that stands in at the same moment.
    private const int MostTries = 16;

    private readonly ConcurrentDictionary<Bearer, Desk> _desks = new();

    /// <summary>
    /// Null: the budgets have no room now, too many stand in, or its turn did not come within <see cref="PlanningOptions.Patience"/>: then nothing was taken for it, and
    /// nothing will be. What is taken for it is waited for, however long that takes, since it counts as having left.
    /// </summary>
    /// <param name="request">Taken as one that cannot wait.</param>
    /// <exception cref="Contracts.M2MException">Storage is away: nothing was granted.</exception>
    public async ValueTask<Permit?> AdmitAsync(Bearer bearer, PermitRequest request)
    {
        var desk = _desks.GetOrAdd(bearer, _ => new());
        using var patience = new CancellationTokenSource(options.Value.Patience, time);
        var isIn = false;
        try
        {
            await desk.Gate.WaitAsync(patience.Token);
            isIn = true;
            var permit = await AdmitAsync(bearer, desk, request with { Hold = null, Latest = null }, patience.Token);
            if (permit is { Granted: true }) metrics.Granted(bearer, request.Latest, time.GetUtcNow());
            return permit is { Granted: true } ? permit : null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (isIn) desk.Gate.Release();
        }
    }

    private async ValueTask<Permit?> AdmitAsync(Bearer bearer, Desk desk, PermitRequest request, CancellationToken patience)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var rations = desk.Rations ??= await TakeOverAsync(bearer).AsTask().WaitAsync(patience);
            patience.ThrowIfCancellationRequested();
            try
            {
                var permit = await rations.AdmitAsync(request);
                // What it knows of who left may be old: another may have room by what the disk says now.
                if (permit.Granted || tries > 0) return permit;
                desk.Rations = null;
            }
            catch (StaleVersionException)
            {
                desk.Rations = null;
            }
            catch
            {
                // What the disk says now is not known.
                desk.Rations = null;
                throw;
            }
        }

        return null;
    }

    private async ValueTask<Rations> TakeOverAsync(Bearer bearer)
    {
        var store = new PlanStore(bearer.ToString().ToUpperInvariant(), pipeline, states, serializer);
        var plan = new BearerPlan(bearer, options.Value, calendar);
        var rations = new Rations(plan, store, Nothing, time);
        var mark = await store.ReadMarkAsync();
        // After the mark: shares that change later make this one's next mark a stale one.
        plan.Split((await store.ReadSharesAsync()).LeftIn);
        // What was taken ahead is pieces of what the flows leave.
        rations.TakeOver(mark, time.GetUtcNow());
        return rations;
    }

    private sealed class Desk
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public Rations? Rations { get; set; }
    }
}
