using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Serialization;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// The plan of one bearer with all its cells; the key is the bearer. In memory, and kept on disk some seconds behind: where it was lost with its silo, nothing leaves
/// until the next slot begins, so that a budget holds also then, and what was planned in the last seconds asks anew in its slot.
/// </summary>
[GrainType("planner")]
internal sealed partial class PlannerGrain : Grain, IPlannerGrain
{
    private static readonly TimeSpan SavePeriod = TimeSpan.FromSeconds(5);

    // Of a plan with many cells a page may have megabytes.
    private const int PagesAtOnce = 8;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PlanningOptions _options;
    private readonly Bearer _bearer;
    private readonly PlanStore _store;
    private readonly BearerPlan? _plan;
    private readonly int _places;
    private bool _saving;

    public PlannerGrain(
        TimeProvider time, IOptions<PlanningOptions> options, TariffCalendar calendar, ICommitPipeline pipeline, IStateReader states,
        Serializer<PlanPage> serializer, ILogger<PlannerGrain> logger)
    {
        (_time, _logger, _options) = (time, logger, options.Value);
        _bearer = (Bearer)this.GetPrimaryKeyLong();
        _store = new(_bearer.ToString().ToUpperInvariant(), pipeline, states, serializer);
        _plan = _options.Bearers.ContainsKey(_bearer) ? new(_bearer, _options, calendar) : null;
        _places = (SlotGrid.Of(_options).Ahead / Lane.PageSize) + 2;
    }

    private BearerPlan Plan => _plan ?? throw new M2MException(ErrorCode.FailedPrecondition, $"{_bearer.ToString().ToUpperInvariant()} has no budget on this silo");

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        var (pages, inOrder) = await _store.ReadAsync(_places);
        var now = _time.GetUtcNow();
        var first = _plan.Grid.IndexOf(now) / Lane.PageSize;
        foreach (var page in pages.Where(page => page.Page >= first && page.SlotSeconds == (int)_options.Slot.TotalSeconds)) PlanPages.Restore(_plan, page);
        if (!inOrder)
        {
            _plan.Close(now);
            LogLost(_bearer, _options.Slot);
        }

        await _store.MarkAsync(open: true);
        this.RegisterGrainTimer(SaveAsync, new() { DueTime = SavePeriod, Period = SavePeriod, Interleave = true });
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_plan is null) return;
        try
        {
            await SaveAsync(int.MaxValue);
            await _store.MarkAsync(open: false);
        }
        catch (Exception failure) when (failure is M2MException or StaleVersionException)
        {
            // The next activation finds it open, and keeps still for the rest of the slot.
            LogNotKept(_bearer, failure.Message);
        }
    }

    public ValueTask<PlannedSlot> Reserve(PlanRequest request)
    {
        var place = Plan.Reserve(request.Cell, Load.Of(request.Bytes), request.Earliest, request.Latest, _time.GetUtcNow());
        return new(new PlannedSlot(place.At, request.Latest, _bearer, place.Price, place.PriceNow, place.HasRoom));
    }

    public ValueTask<Permit> Admit(PermitRequest request) =>
        new(Plan.Admit(request.Cell, Load.Of(request.Bytes), request.Priority, request.Hold, request.Latest, _time.GetUtcNow()));

    private Task SaveAsync(CancellationToken cancellation) => SaveAsync(PagesAtOnce);

    private async Task SaveAsync(int most)
    {
        if (_saving || _plan is null) return;
        _saving = true;
        var pages = _plan.TakeChanged(most);
        try
        {
            var first = _plan.Grid.IndexOf(_time.GetUtcNow()) / Lane.PageSize;
            foreach (var page in pages.Where(page => page >= first)) await _store.WriteAsync(PlanPages.Of(_plan, page), _places);
            _plan.Tidy(_time.GetUtcNow());
        }
        catch (StaleVersionException)
        {
            DeactivateOnIdle();
            throw;
        }
        catch (M2MException failure)
        {
            _plan.Changed(pages);
            LogNotKept(_bearer, failure.Message);
        }
        finally
        {
            _saving = false;
        }
    }

    [LoggerMessage(3600, LogLevel.Warning, "The plan of {Bearer} was not closed in order: nothing leaves until the next slot of {Slot}")]
    private partial void LogLost(Bearer bearer, TimeSpan slot);

    [LoggerMessage(3601, LogLevel.Warning, "The plan of {Bearer} could not be kept: {Reason}")]
    private partial void LogNotKept(Bearer bearer, string reason);
}
