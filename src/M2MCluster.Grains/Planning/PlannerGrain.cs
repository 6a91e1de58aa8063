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
/// The plan of one bearer with all its cells; the key is the bearer. In memory, and kept on disk some seconds behind; what was planned in the last seconds asks anew in its
/// slot. What may leave is on disk before it leaves (<see cref="Rations"/>): so a budget holds wherever the plan is, and who plans after this one was lost with its silo
/// loses of the slot only what this one had taken ahead.
/// </summary>
[GrainType("planner")]
internal sealed partial class PlannerGrain : Grain, IPlannerGrain
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(5);

    // An eighth of all budgets.
    private const int PiecesAhead = 1;

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
    private readonly Rations? _rations;
    private readonly PlannedFlows? _flows;
    private readonly int _places;
    private Task<bool>? _saving;

    public PlannerGrain(
        TimeProvider time, IOptions<PlanningOptions> options, TariffCalendar calendar, ICommitPipeline pipeline, IStateReader states,
        Serializer<PlanPage> serializer, PlanMetrics metrics, ILocalSiloDetails silo, ILogger<PlannerGrain> logger)
    {
        (_time, _metrics, _silo, _logger, _options) = (time, metrics, silo.SiloAddress.ToParsableString(), logger, options.Value);
        _bearer = (Bearer)this.GetPrimaryKeyLong();
        _store = new(_bearer.ToString().ToUpperInvariant(), pipeline, states, serializer);
        if (_options.Bearers.ContainsKey(_bearer))
        {
            _rations = new(_plan = new(_bearer, _options, calendar), _store, PiecesAhead, time);
            _flows = new(_bearer, _options, calendar, _plan, _rations, _store, PiecesAhead, time);
        }

        _places = (SlotGrid.Of(_options).Ahead / Lane.PageSize) + 2;
    }

    private BearerPlan Plan => _plan ?? throw Unplanned();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        var (pages, mark) = await _store.ReadAsync(_places);
        var now = _time.GetUtcNow();
        var first = _plan.Grid.IndexOf(now) / Lane.PageSize;
        var seconds = (int)_options.Slot.TotalSeconds;
        foreach (var page in pages.Where(page => page.Page >= first && page.SlotSeconds == seconds)) PlanPages.Restore(_plan, page);
        await _flows!.ReadAsync();
        if (_rations!.TakeOver(mark, now) is { } end)
        {
            if (_rations.ClosedUntil > now) LogClosed(_bearer, _rations.ClosedUntil);
            else LogLost(_bearer, end);
        }

        this.RegisterGrainTimer(SaveAsync, new() { DueTime = SavePeriod, Period = SavePeriod, Interleave = true });
        this.RegisterGrainTimer(NarrowAsync, new() { DueTime = Rations.Period, Period = Rations.Period });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        try
        {
            if (_saving is { } under) await under;
            await _flows!.CloseAsync();
            await _rations!.CloseAsync(isInPages: await KeepAsync(int.MaxValue));
        }
        catch (Exception failure) when (failure is M2MException or StaleVersionException)
        {
            // The next activation takes for used what was taken ahead.
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
        if (_rations is null) throw Unplanned();
        var permit = await AdmitAsync(_rations, request);
        var now = _time.GetUtcNow();
        if (permit.Granted) _metrics.Granted(_bearer, request.Latest, now);
        else _metrics.Refused(_bearer, held: request.Hold is { Rank: Rank.Tolerant } hold && Plan.Grid.IndexOf(hold.At) == Plan.Grid.IndexOf(now));
        return permit;
    }

    public ValueTask<ShareView> Hold(ShareRequest request) => ChangeAsync(flows => flows.OpenAsync(request));

    public ValueTask<ShareView?> FindShare(MessageId flow) => new(_flows?.Find(flow));

    public ValueTask<ShareView?> ExtendShare(MessageId flow, TimeSpan by) => ChangeAsync(flows => flows.ExtendAsync(flow, by));

    public ValueTask<bool> ReleaseShare(MessageId flow) => ChangeAsync(flows => flows.ReleaseAsync(flow));

    public ValueTask<PlanView> Read(PlanQuery query) =>
        new(PlanReading.Read(Plan, _bearer, _options, query, _silo, _time.GetUtcNow(), _rations!.ClosedUntil));

    private M2MException Unplanned() => new(ErrorCode.FailedPrecondition, $"{_bearer.ToString().ToUpperInvariant()} has no budget on this silo");

    private async ValueTask<Permit> AdmitAsync(Rations rations, PermitRequest request)
    {
        try
        {
            if (request.Flow is null) return await rations.AdmitAsync(request);
            if (await _flows!.AdmitAsync(request) is not { } ofFlow) return await rations.AdmitAsync(request with { Hold = request.Hold is { InFlow: true } ? null : request.Hold });
            if (request.Hold is { InFlow: false } former) Plan.Drop(request.Cell, Load.Of(request.Bytes), former, _time.GetUtcNow());
            return ofFlow;
        }
        catch (StaleVersionException)
        {
            DeactivateOnIdle();
            throw new M2MException(ErrorCode.Aborted, $"{_bearer.ToString().ToUpperInvariant()} is planned elsewhere now");
        }
    }

    private async ValueTask<T> ChangeAsync<T>(Func<PlannedFlows, ValueTask<T>> change)
    {
        try
        {
            return await change(_flows ?? throw Unplanned());
        }
        catch (Exception failure) when (failure is StaleVersionException or M2MException { Code: not (ErrorCode.QosRefused or ErrorCode.InvalidArgument or ErrorCode.FailedPrecondition) })
        {
            // What shares there are now the next activation reads.
            DeactivateOnIdle();
            throw new M2MException(ErrorCode.Unavailable, $"{_bearer.ToString().ToUpperInvariant()} is planned elsewhere now, or storage is away: {failure.Message}");
        }
    }

    private async Task NarrowAsync(CancellationToken cancellation)
    {
        try
        {
            await _rations!.NarrowAsync();
            // Not while shares change, as what is kept beside may be.
            await _flows!.TidyAsync();
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

    [LoggerMessage(3600, LogLevel.Warning, "What left over {Bearer} is not known: nothing leaves before {Until}")]
    private partial void LogClosed(Bearer bearer, DateTimeOffset until);

    [LoggerMessage(3603, LogLevel.Warning, "The plan of {Bearer} was not closed in order: until {Until} what had been taken ahead counts as used")]
    private partial void LogLost(Bearer bearer, DateTimeOffset until);

    [LoggerMessage(3601, LogLevel.Warning, "The plan of {Bearer} could not be kept: {Reason}")]
    private partial void LogNotKept(Bearer bearer, string reason);
}
