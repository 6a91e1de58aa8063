using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Grains.Qos;

/// <summary>
/// What one bearer's network is asked for, and how its capacity is shared; the key is the bearer. Decisions and sessions are on disk before they are answered; requests to the
/// network go on beside the turns, and their answers come back as turns. What is to happen later stands in the index of due times, so that it happens on another silo too.
/// </summary>
[GrainType("qos")]
internal sealed partial class QosGrain : Grain, IQosGrain
{
    private readonly QosServices _services;
    private readonly ILogger _logger;
    private readonly Bearer _bearer;
    private readonly QosBearerOptions? _options;
    private readonly QosBook _book;
    private readonly QosLedger _ledger;
    private readonly QosCourse _course;
    private readonly QosAsking _asking;

    public QosGrain(QosServices services, ILogger<QosGrain> logger)
    {
        (_services, _logger) = (services, logger);
        _bearer = (Bearer)this.GetPrimaryKeyLong();
        _options = services.Network.Serves(_bearer) ? services.Options.Value.Bearers.GetValueOrDefault(_bearer) : null;
        _book = new(_bearer, services, DeactivateOnIdle);
        _ledger = new(_options ?? new());
        _course = new(_options ?? new(), _ledger);
        _asking = new(_bearer, (_options ?? new()).Timeout, services, this.AsReference<IQosGrain>(), logger);
    }

    private DateTimeOffset Now => _services.Time.GetUtcNow();
    private long NowMs => Now.ToUnixTimeMilliseconds();

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => await _book.ReadAsync();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _services.Metrics.Holds(_bearer, 0, 0);
        return Task.CompletedTask;
    }

    public async ValueTask<QosView> Ask(QosAsk ask)
    {
        Demand();
        if (_book.PlaceOf(ask.ObjectId) is { } place && _book.At(place) is { } flow && flow.Demands.FirstOrDefault(demand => demand.Holder == ask.Message) is { } known)
        {
            if (flow.Profile is not null || flow.Status != QosStatus.Revoked) return await RenewAsync(place, flow, known, ask.Until.ToUnixTimeMilliseconds());
        }

        var demand = new QosDemand(ask.Message, null, ask.Application, ask.AcceptedAt, ask.TraceParent, ask.Terms, ask.Until.ToUnixTimeMilliseconds());
        return await AddAsync(ask.ObjectId, ask.Cell, ask.Device, demand, ask.Told);
    }

    public async ValueTask<QosFlowView> Open(QosOpening opening)
    {
        Demand();
        var until = Now + opening.Duration;
        var demand = new QosDemand(opening.Flow, opening.Target, opening.Application, Now, null, opening.Terms, until.ToUnixTimeMilliseconds());
        var views = new List<QosView>();
        foreach (var page in opening.Objects.Chunk(500))
        {
            var stored = await _services.States.PeekObjectsAsync(page);
            var known = (await _services.Groups.WithSharedAsync([.. stored.Values.Select(one => one.Description)])).ToDictionary(one => one.Id);
            foreach (var id in page)
            {
                if (!known.TryGetValue(id, out var description)) throw M2MException.NotFound(Names.Objects + id);
                var view = await AddAsync(id, Planner.CellOf(description), QosDevices.Of(description), demand, QosReason.None);
                views.Add(view);
                if (!view.Blocks) continue;
                await Release(opening.Flow);
                throw new M2MException(ErrorCode.QosRefused, $"{id}: {view.Text}");
            }
        }

        return new(opening.Flow, opening.Target, opening.Application, until, [.. views]);
    }

    public ValueTask<QosFlowView?> Find(MessageId flow)
    {
        var found = HeldBy(flow);
        if (found.Count == 0 || found[0].Demand.Target is not { } target) return default;
        var one = found[0].Demand;
        return new(new QosFlowView(flow, target, one.Application, DateTimeOffset.FromUnixTimeMilliseconds(one.Until), [.. found.Select(each => ViewOf(each.Flow, each.Demand))]));
    }

    public async ValueTask<QosFlowView?> Extend(MessageId flow, TimeSpan by)
    {
        foreach (var (place, found, demand) in HeldBy(flow).Where(each => each.Demand.Target is not null))
            await RenewAsync(place, found, demand, demand.Until + (long)by.TotalMilliseconds);
        return await Find(flow);
    }

    public async ValueTask<bool> Release(MessageId holder)
    {
        var found = HeldBy(holder);
        foreach (var (place, flow, demand) in found)
        {
            var left = flow.Demands.Remove(demand);
            await WriteAsync(place, flow with { Demands = left, DueAt = left.IsEmpty ? NowMs : flow.DueAt }, demand.Target is null ? [] : [Ended(flow, demand, "released")]);
            await OperateAsync(place);
        }

        return found.Count > 0;
    }

    public async ValueTask Answered(int place, long request, QosAnswer answer)
    {
        if (_asking.Take(place, request) is not { } running) return;
        _services.Metrics.Answered(_bearer, answer.Kind);
        if (_book.At(place) is not { } flow) return;
        var isOutdated = running.Step == QosStep.Open && (running.Profile != flow.Profile || flow.Demands.IsEmpty);
        // Meanwhile something else is wanted, or nothing: what was opened is closed before that.
        var next = !isOutdated ? _course.After(flow, running.Step, answer, NowMs)
            : answer is { Session: { } opened, Kind: QosAnswerKind.Available or QosAnswerKind.Requested } ? flow with { Former = opened, DueAt = NowMs }
            : flow with { DueAt = NowMs };
        if (next.Status == QosStatus.Unavailable && flow.Status != QosStatus.Unavailable) LogSilent(_bearer, next.Detail);
        await WriteAsync(place, next, []);
        if (flow.Status == QosStatus.Asking && next.Status != QosStatus.Asking) WakeFor(next);
        await OperateAsync(place);
    }

    public async ValueTask<bool> Notified(string session, string token, QosAnswer answer)
    {
        var place = _book.All.FirstOrDefault(row => IsSame(row.Flow.SinkToken, token), (-1, null!)).Place;
        if (place < 0 || _book.At(place) is not { } flow) return false;
        // Of one that was replaced, or whose name is not known yet, the answers to the platform's own requests tell.
        if (flow.Session != session) return true;
        _services.Metrics.Answered(_bearer, answer.Kind);
        await WriteAsync(place, _course.After(flow, QosStep.Look, answer, NowMs), []);
        WakeFor(flow);
        await OperateAsync(place);
        return true;
    }

    public async ValueTask Wake(long due)
    {
        foreach (var (place, flow) in _book.All.Where(row => row.Flow.DueAt <= NowMs).ToList())
        {
            if (!_asking.IsRunning(place)) await LookAsync(place, flow);
            // If this silo does not live to hear the answer, another one asks again.
            if (_book.At(place) is { } asks && asks.DueAt <= NowMs) await WriteAsync(place, asks with { DueAt = NowMs + _course.Allowance }, []);
        }

        await _book.DoneAsync(due);
    }

    /// <summary>A time came for the flow: some need it no more, its session may be over, or it may get what it lost.</summary>
    private async ValueTask LookAsync(int place, QosFlow flow)
    {
        var over = flow.Demands.Where(demand => demand.Until <= NowMs).ToList();
        var next = flow with { Demands = flow.Demands.RemoveAll(over.Contains) };
        if (next.Session is not null && next.Until <= NowMs) next = next with { Session = null, Until = 0, Status = QosStatus.Asking };
        if (next is { Demands.IsEmpty: false, Profile: null })
        {
            var decision = _ledger.Decide(_book.Flows, next.ObjectId, next.Cell, next.Need!);
            var regains = next.Status == QosStatus.Revoked && decision.Profile is not null && !decision.IsRefusal(next.Need!);
            if (regains) await MakeRoomAsync(decision, next.Precedence);
            next = regains
                ? Another(next, decision.Profile!, decision.Reason, decision.Detail)
                : next with { DueAt = Math.Min(NowMs + (long)_options!.Look.TotalMilliseconds, next.Demands.Min(demand => demand.Until)) };
        }

        await WriteAsync(place, next, [.. over.Where(demand => demand.Target is not null).Select(demand => Ended(flow, demand, "its time is over"))]);
        await OperateAsync(place);
    }

    private async ValueTask<QosView> RenewAsync(int place, QosFlow flow, QosDemand demand, long until)
    {
        if (until - demand.Until < Math.Min(1000, until - NowMs)) return ViewOf(flow, demand);
        var renewed = demand with { Until = until };
        var next = flow with { Demands = flow.Demands.Replace(demand, renewed) };
        // The session goes on before it ends.
        if (flow.Status == QosStatus.Granted) next = next with { DueAt = NowMs };
        await WriteAsync(place, next, []);
        await OperateAsync(place);
        return ViewOf(_book.At(place) ?? next, renewed);
    }

    private async ValueTask<QosView> AddAsync(string objectId, string? cell, QosDevice? device, QosDemand demand, QosReason told)
    {
        var place = _book.PlaceOf(objectId);
        var own = place is { } at ? _book.At(at) : null;
        var decision = device is null ? new QosDecision(null, QosReason.NoIdentifier, "the object has neither a number (a name tel:+…) nor an address by which the network knows it", [])
            : own is null && _book.IsFull ? new(null, QosReason.Capacity, $"{QosOptions.MostFlows} objects have sessions", [])
            : _ledger.Decide(_book.Flows, objectId, cell, demand.Terms);
        _services.Metrics.Decided(_bearer, decision.Profile is null || decision.IsRefusal(demand.Terms) ? null : decision.Reason == QosReason.None);
        if (decision.Profile is not { } profile || decision.IsRefusal(demand.Terms)) return await RefuseAsync(objectId, decision, demand, told);

        await MakeRoomAsync(decision, Math.Max(own?.Precedence ?? 0, demand.Terms.Precedence));
        var asked = NowMs;
        var former = own ?? new() { ObjectId = objectId, Cell = cell, Device = device!, AskedAt = asked, SinkToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) };
        var next = former with { Demands = former.Demands.RemoveAll(same => same.Holder == demand.Holder).Add(demand), Cell = cell, Device = device! };
        if (former.Profile != profile.Name || former.Status == QosStatus.Revoked) next = Another(next, profile, decision.Reason, decision.Detail) with { AskedAt = asked };
        else if (former.Status == QosStatus.Granted) next = next with { DueAt = asked };
        var taken = place ?? await _book.TakeAsync();
        await WriteAsync(taken, next, []);
        await OperateAsync(taken);
        var stands = _book.At(taken) ?? next;
        return ViewOf(stands, stands.Demands.FirstOrDefault(same => same.Holder == demand.Holder) ?? demand);
    }

    private async ValueTask<QosView> RefuseAsync(string objectId, QosDecision decision, QosDemand demand, QosReason told)
    {
        var view = new QosView(_bearer, objectId, demand.Terms, Now, QosStatus.Refused, null, 0, false, null, decision.Reason, decision.Detail);
        if (told == decision.Reason) return view;
        _services.Metrics.Told(_bearer, QosStatus.Refused);
        await _book.TellAsync([new(demand, view)]);
        return view;
    }

    /// <summary>Another flow of higher precedence gets what this one has, or a part of it.</summary>
    private async ValueTask MakeRoomAsync(QosDecision decision, int precedence)
    {
        foreach (var (victim, to) in decision.Yields) await YieldAsync(victim, to, precedence);
    }

    private async ValueTask YieldAsync(QosFlow victim, QosProfileOptions? to, int precedence)
    {
        if (_book.PlaceOf(victim.ObjectId) is not { } place || _book.At(place) is not { } flow) return;
        var why = $"a flow of precedence {precedence} took it";
        var next = to is not null
            ? Another(flow, to, QosReason.Precedence, why)
            : flow with
            {
                Profile = null, Bandwidth = 0, Status = QosStatus.Revoked, Reason = QosReason.Precedence, Detail = why, Former = flow.Session ?? flow.Former, Session = null, Until = 0,
                DueAt = NowMs,
            };
        await WriteAsync(place, next, []);
        await OperateAsync(place);
    }

    private QosFlow Another(QosFlow flow, QosProfileOptions profile, QosReason reason, string? detail) => flow with
    {
        Profile = profile.Name, Bandwidth = profile.Bandwidth, Status = QosStatus.Asking, Reason = reason, Detail = detail, Failures = 0,
        Former = flow.Session ?? flow.Former, Session = null, Until = 0, DueAt = NowMs,
    };

    /// <summary>Writes the flow with what its applications are to hear, and the time by which somebody looks if this silo is gone then.</summary>
    private async ValueTask WriteAsync(int place, QosFlow flow, IReadOnlyList<QosTold> ended)
    {
        var step = QosCourse.Next(flow, NowMs);
        if (step == QosStep.Forget && !_asking.IsRunning(place))
        {
            Count(ended);
            await _book.WriteAsync(place, null, ended);
            return;
        }

        var (next, news) = QosEvents.News(flow, demand => ViewOf(flow, demand));
        IReadOnlyList<QosTold> told = [.. ended, .. news];
        Count(told);
        await _book.WriteAsync(place, next, told);
    }

    private void Count(IReadOnlyList<QosTold> told)
    {
        foreach (var one in told) _services.Metrics.Told(_bearer, one.What.Status);
    }

    /// <summary>Asks the network for what is next, if anything is, and nothing is under way.</summary>
    private async ValueTask OperateAsync(int place)
    {
        if (_asking.IsRunning(place) || _book.At(place) is not { } flow) return;
        var step = QosCourse.Next(flow, NowMs);
        if (step == QosStep.None) return;
        if (step == QosStep.Forget)
        {
            await _book.WriteAsync(place, null, []);
            return;
        }

        _asking.Begin(place, step, flow);
    }

    /// <summary>Messages wait for the answer.</summary>
    private void WakeFor(QosFlow flow)
    {
        if (flow.Demands.Any(demand => demand.Target is null)) _services.Grains.GetObject(flow.ObjectId).Wake(0).AsTask().Ignore();
    }

    private List<(int Place, QosFlow Flow, QosDemand Demand)> HeldBy(MessageId holder) =>
        [.. from row in _book.All from demand in row.Flow.Demands where demand.Holder == holder orderby row.Place select (row.Place, row.Flow, demand)];

    private QosTold Ended(QosFlow flow, QosDemand demand, string why) => new(demand, ViewOf(flow, demand) with { Status = QosStatus.Ended, Detail = why, Reason = QosReason.None });

    private QosView ViewOf(QosFlow flow, QosDemand demand)
    {
        var isDegraded = _ledger.Find(flow.Profile) is { } profile && !QosLedger.Covers(profile, demand.Terms);
        var isShort = isDegraded || flow.Status is not (QosStatus.Asking or QosStatus.Granted);
        return new(
            _bearer, flow.ObjectId, demand.Terms, DateTimeOffset.FromUnixTimeMilliseconds(flow.AskedAt), flow.Status, flow.Profile, flow.Bandwidth, isDegraded,
            flow.Until == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(flow.Until), isShort ? flow.Reason : QosReason.None, isShort ? flow.Detail : null);
    }

    private void Demand()
    {
        if (_options is null) throw new M2MException(ErrorCode.FailedPrecondition, $"the network of {_bearer.ToString().ToUpperInvariant()} cannot be asked for a quality of service");
    }

    [LoggerMessage(3651, LogLevel.Warning, "The network of {Bearer} gives no quality of service now, and is asked again: {Reason}")]
    private partial void LogSilent(Bearer bearer, string? reason);

    private static bool IsSame(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
