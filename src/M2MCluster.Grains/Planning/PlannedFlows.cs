using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// The flows that hold shares of a bearer (D.3.3.a). Each has a plan of its own, whose budgets are its share of the bearer's and of each cell's; what is of no flow is planned with the rest. So neither takes of the other, whatever
/// either is offered. Shares change between slots only, and are on disk before. Not thread-safe.
/// </summary>
/// <param name="rest">What is of no flow.</param>
/// <param name="store">Of the rest's plan.</param>
internal sealed class PlannedFlows(Bearer bearer, PlanningOptions options, TariffCalendar calendar, BearerPlan rest, Rations rations, PlanStore store, int ahead, TimeProvider time)
{
    private const int Most = 64;

    // At once: meanwhile nobody is answered.
    private const int MostForgotten = 8;

    private const double Rounding = 1e-9;

    private readonly Dictionary<MessageId, Flow> _flows = [];
    private HeldShares _held = HeldShares.None;

    public async ValueTask ReadAsync() => Follow(await store.ReadSharesAsync());

    public ShareView? Find(MessageId flow) => Held(flow) is { } share ? ViewOf(share) : null;

    /// <exception cref="M2MException">As <see cref="IPlannerGrain.Hold"/>; otherwise it is not known what is on disk.</exception>
    /// <exception cref="Commit.StaleVersionException">Another one plans now.</exception>
    public async ValueTask<ShareView> OpenAsync(ShareRequest request)
    {
        if (BudgetOf(request.Share) is { Messages: < 1 } or { Bytes: < 1 }) throw M2MException.Invalid("share", "is less than a message or a byte in a slot");
        while (true)
        {
            var from = NextSlot();
            var share = new HeldShare(request.Flow, request.Application, request.Share, from, from + Whole(request.Duration));
            DemandFree(share, from);
            await ChangeAsync(new([.. _held.All, share]));
            if (time.GetUtcNow() < from) return ViewOf(share);
            // That took so long that the slot has begun, and others have had all of it.
            await ChangeAsync(new(_held.All.Remove(share)));
        }
    }

    /// <exception cref="M2MException">As <see cref="IPlannerGrain.ExtendShare"/>; otherwise it is not known what is on disk.</exception>
    /// <exception cref="Commit.StaleVersionException">As above.</exception>
    public async ValueTask<ShareView?> ExtendAsync(MessageId flow, TimeSpan by)
    {
        if (Held(flow) is not { IsReleased: false } share) return null;
        var longer = share with { Until = share.Until + Whole(by) };
        DemandFree(longer, share.Until);
        await ChangeAsync(new(_held.All.Replace(share, longer)));
        return ViewOf(longer);
    }

    /// <exception cref="M2MException">It is not known what is on disk.</exception>
    /// <exception cref="Commit.StaleVersionException">As above.</exception>
    public async ValueTask<bool> ReleaseAsync(MessageId flow)
    {
        if (Held(flow) is not { } share) return false;
        if (share.IsReleased) return true;
        // The slot that has begun is divided already.
        await ChangeAsync(new(share.From > time.GetUtcNow() ? _held.All.Remove(share) : _held.All.Replace(share, share with { Until = NextSlot(), IsReleased = true })));
        return true;
    }

    /// <summary>As <see cref="Rations.AdmitAsync"/>, out of the share of its flow. Null: that holds none now, or one that is too small for it ever; it goes as what is of no flow.</summary>
    public async ValueTask<Permit?> AdmitAsync(PermitRequest request)
    {
        var slot = rest.Grid.IndexOf(time.GetUtcNow());
        if (request.Flow is not { } id || Held(id) is not { } share || !share.HoldsIn(rest.Grid.StartOf(slot))) return null;
        var flow = await FlowAsync(id);
        var load = Load.Of(request.Bytes);
        if (!load.FitsIn(flow.Plan.Lanes.PartOf(flow.Plan.Lanes.Whole, slot))) return null;
        if (flow.Plan.Lanes.OfCell(request.Cell, slot) is { } cell && !load.FitsIn(flow.Plan.Lanes.PartOf(cell, slot))) return null;

        var permit = await flow.Rations.AdmitAsync(request with { Latest = null, Hold = request.Hold is { InFlow: true } ? request.Hold : null });
        if (permit.Hold is not { } hold) return permit;
        return permit with { Hold = hold with { At = hold.At < share.Until ? hold.At : share.Until, InFlow = true } };
    }

    /// <summary>Tells exactly what left out of the shares. Nothing is granted any more.</summary>
    public async ValueTask CloseAsync()
    {
        foreach (var flow in _flows.Values) await flow.Rations.CloseAsync(isInPages: false);
    }

    /// <summary>Forgets what is over: cells that no flow's messages are of any more, and flows with what is on disk of them. What fails is done the next time.</summary>
    /// <exception cref="M2MException">It is not known what of that is on disk.</exception>
    /// <exception cref="Commit.StaleVersionException">As above.</exception>
    public async ValueTask TidyAsync()
    {
        var now = time.GetUtcNow();
        foreach (var flow in _flows.Values) flow.Plan.Tidy(now);
        // A slot later: who stands in by a clock that is behind still divides the former one by it.
        var over = _held.All.Where(share => share.Until + rest.Grid.Length <= now).Take(MostForgotten).ToList();
        if (over.Count == 0) return;
        foreach (var share in over)
        {
            await store.Of(share.Flow).ForgetAsync();
            _flows.Remove(share.Flow);
        }

        // Last, since it is known by that row alone which others there are.
        var next = new HeldShares(_held.All.RemoveRange(over));
        await store.WriteSharesAsync(next);
        Follow(next);
    }

    private string Name => bearer.ToString().ToUpperInvariant();

    private HeldShare? Held(MessageId flow) => _held.All.FirstOrDefault(share => share.Flow == flow && share.Until > time.GetUtcNow());

    /// <summary>All shares begin in the next slot at the latest, so those of others that end after that moment are all that it meets.</summary>
    /// <param name="from">The first slot that it is to have and has not yet.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.QosRefused"/>: others hold too much of that time.</exception>
    private void DemandFree(HeldShare share, DateTimeOffset from)
    {
        var others = _held.All.Where(other => other.Flow != share.Flow && other.Until > from).ToList();
        var taken = others.Sum(other => other.Share);
        if (others.Count >= Most || taken + share.Share > options.MostHeld + Rounding)
            throw new M2MException(ErrorCode.QosRefused, string.Create(CultureInfo.InvariantCulture, $"other flows hold {taken:0.###} of {Name}, and all may hold {options.MostHeld:0.###}; at most {Most} of them"));
    }

    private DateTimeOffset NextSlot() => rest.Grid.StartOf(rest.Grid.IndexOf(time.GetUtcNow()) + 1);

    private TimeSpan Whole(TimeSpan duration) => rest.Grid.Length * Math.Ceiling(duration / rest.Grid.Length);

    private Load BudgetOf(double share) => rest.Lanes.Whole.Budget.Part(share);

    private async ValueTask ChangeAsync(HeldShares next)
    {
        if (rations.ClosedUntil > time.GetUtcNow()) throw new M2MException(ErrorCode.Unavailable, $"{Name} is closed until {rations.ClosedUntil:u}");
        await store.WriteSharesAsync(next);
        try
        {
            // Who stands in for this planner, and knows of other shares, has to read them anew.
            await rations.RenewAsync();
        }
        catch (Commit.StaleVersionException)
        {
            await store.WriteSharesAsync(_held);
            throw;
        }

        Follow(next);
    }

    private void Follow(HeldShares held)
    {
        _held = held;
        rest.Split(held.All.IsEmpty ? null : held.LeftIn);
    }

    private async ValueTask<Flow> FlowAsync(MessageId id)
    {
        if (_flows.TryGetValue(id, out var known)) return known;
        var plan = new BearerPlan(bearer, options, calendar);
        plan.Split(slot => _held.All.FirstOrDefault(share => share.Flow == id) is { } share && share.HoldsIn(slot) ? share.Share : 0);
        var own = store.Of(id);
        var flow = new Flow(plan, new(plan, own, ahead, time));
        flow.Rations.TakeOver(await own.ReadMarkAsync(), time.GetUtcNow());
        return _flows[id] = flow;
    }

    private ShareView ViewOf(HeldShare share)
    {
        var budget = BudgetOf(share.Share);
        return new(
            share.Flow, share.Application, bearer, share.Share, share.From, share.Until, rest.Grid.Length,
            new(budget.Messages == int.MaxValue ? null : budget.Messages, budget.Bytes == int.MaxValue ? null : budget.Bytes));
    }

    private sealed record Flow(BearerPlan Plan, Rations Rations);
}
