using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Serialization;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// The plan of one bearer with all its cells; the key is the bearer. In memory, and kept on disk some seconds behind. Before the first leaves in a slot it is on disk that
/// something may leave in it: who plans after this one was lost with its silo lets nothing leave until that slot is over, and who was overtaken without knowing cannot open
/// another. So a budget holds wherever the plan is, and what was planned in the last seconds asks anew in its slot.
/// </summary>
[GrainType("planner")]
internal sealed partial class PlannerGrain : Grain, IPlannerGrain
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(5);

    // Of a plan with many cells a page may have megabytes.
    private const int PagesAtOnce = 8;

    private readonly TimeProvider _time;
    private readonly PlanMetrics _metrics;
    private readonly string _silo;
    private readonly ILogger _logger;
    private readonly PlanningOptions _options;
    private readonly Bearer _bearer;
    private readonly PlanStore _store;
    private readonly BearerPlan? _plan;
    private readonly int _places;
    private long _opened = -1;
    private DateTimeOffset _closedUntil;
    private Task<bool>? _saving;

    public PlannerGrain(
        TimeProvider time, IOptions<PlanningOptions> options, TariffCalendar calendar, ICommitPipeline pipeline, IStateReader states,
        Serializer<PlanPage> serializer, PlanMetrics metrics, ILocalSiloDetails silo, ILogger<PlannerGrain> logger)
    {
        (_time, _metrics, _silo, _logger, _options) = (time, metrics, silo.SiloAddress.ToParsableString(), logger, options.Value);
        _bearer = (Bearer)this.GetPrimaryKeyLong();
        _store = new(_bearer.ToString().ToUpperInvariant(), pipeline, states, serializer);
        _plan = _options.Bearers.ContainsKey(_bearer) ? new(_bearer, _options, calendar) : null;
        _places = (SlotGrid.Of(_options).Ahead / Lane.PageSize) + 2;
    }

    private BearerPlan Plan => _plan ?? throw new M2MException(ErrorCode.FailedPrecondition, $"{_bearer.ToString().ToUpperInvariant()} has no budget on this silo");

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        var (pages, mark) = await _store.ReadAsync(_places);
        var now = _time.GetUtcNow();
        var first = _plan.Grid.IndexOf(now) / Lane.PageSize;
        var seconds = (int)_options.Slot.TotalSeconds;
        foreach (var page in pages.Where(page => page.Page >= first && page.SlotSeconds == seconds)) PlanPages.Restore(_plan, page);
        // What left by slots of another length stands in no page.
        if (mark is { } last && (last.IsOpen || (last.Until is not null && last.SlotSeconds != seconds))) CloseAfter(last, now);
        this.RegisterGrainTimer(SaveAsync, new() { DueTime = SavePeriod, Period = SavePeriod, Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        try
        {
            if (_saving is { } under) await under;
            if (await KeepAsync(int.MaxValue)) await _store.MarkAsync(MarkOf(open: false));
        }
        catch (Exception failure) when (failure is M2MException or StaleVersionException)
        {
            // The next activation finds it open, and keeps still for the rest of the slot.
            LogNotKept(_bearer, failure.Message);
        }

        _metrics.Show(_bearer, null);
    }

    public ValueTask<PlannedSlot> Reserve(PlanRequest request)
    {
        var place = Plan.Reserve(request.Cell, Load.Of(request.Bytes), request.Earliest, request.Latest, _time.GetUtcNow());
        _metrics.Reserved(_bearer, place.HasRoom);
        return new(new PlannedSlot(place.At, request.Latest, _bearer, place.Price, place.PriceNow, place.HasRoom));
    }

    public async ValueTask<Permit> Admit(PermitRequest request)
    {
        var now = _time.GetUtcNow();
        while (Plan.Grid.IndexOf(now) > _opened)
        {
            await OpenAsync(Plan.Grid.IndexOf(now));
            now = _time.GetUtcNow();
        }

        var permit = Plan.Admit(request.Cell, Load.Of(request.Bytes), request.Priority, request.Hold, request.Latest, now);
        if (permit.Granted) _metrics.Granted(_bearer, request.Latest, now);
        else _metrics.Refused(_bearer, held: request.Hold is { Rank: Rank.Tolerant } hold && Plan.Grid.IndexOf(hold.At) == Plan.Grid.IndexOf(now));
        return permit;
    }

    public ValueTask<PlanView> Read(PlanQuery query) =>
        new(PlanReading.Read(Plan, _bearer, _options, query, _silo, _time.GetUtcNow(), _closedUntil));

    private async Task OpenAsync(long slot)
    {
        var former = _opened;
        _opened = slot;
        try
        {
            await _store.MarkAsync(MarkOf(open: true));
        }
        catch (StaleVersionException)
        {
            _opened = former;
            DeactivateOnIdle();
            throw new M2MException(ErrorCode.Unavailable, $"{_bearer.ToString().ToUpperInvariant()} is planned elsewhere now");
        }
        catch (M2MException)
        {
            _opened = former;
            throw;
        }
    }

    // A slot of which this activation does not know what left in it is not known to the next one either.
    private PlanMark MarkOf(bool open)
    {
        var until = _opened < 0 ? DateTimeOffset.UnixEpoch : Plan.Grid.StartOf(_opened + 1);
        return new(open || _closedUntil > _time.GetUtcNow(), until > _closedUntil ? until : _closedUntil, (int)_options.Slot.TotalSeconds);
    }

    private void CloseAfter(PlanMark last, DateTimeOffset now)
    {
        var end = last.Until?.AddTicks(-1) ?? now;
        if (end < Plan.Grid.StartOf(Plan.Grid.IndexOf(now))) return;
        Plan.Close(end);
        _closedUntil = Plan.Grid.StartOf(Plan.Grid.IndexOf(end) + 1);
        LogLost(_bearer, _closedUntil);
    }

    private async Task SaveAsync(CancellationToken cancellation)
    {
        if (_saving is { IsCompleted: false }) return;
        await (_saving = KeepAsync(PagesAtOnce));
    }

    /// <summary>Whether all that it took is on disk.</summary>
    private async Task<bool> KeepAsync(int most)
    {
        _metrics.Show(_bearer, PlanFill.Of(Plan, _time.GetUtcNow()));
        var pages = Plan.TakeChanged(most);
        try
        {
            var first = Plan.Grid.IndexOf(_time.GetUtcNow()) / Lane.PageSize;
            foreach (var page in pages.Where(page => page >= first)) await _store.WriteAsync(PlanPages.Of(Plan, page), _places);
            Plan.Tidy(_time.GetUtcNow());
            return true;
        }
        catch (StaleVersionException overtaken)
        {
            LogNotKept(_bearer, overtaken.Message);
            DeactivateOnIdle();
        }
        catch (M2MException failure)
        {
            LogNotKept(_bearer, failure.Message);
        }

        Plan.Changed(pages);
        return false;
    }

    [LoggerMessage(3600, LogLevel.Warning, "The plan of {Bearer} was not closed in order: nothing leaves before {Until}")]
    private partial void LogLost(Bearer bearer, DateTimeOffset until);

    [LoggerMessage(3601, LogLevel.Warning, "The plan of {Bearer} could not be kept: {Reason}")]
    private partial void LogNotKept(Bearer bearer, string reason);
}
