using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Objects;

/// <summary>One turn of an object: what it decides, gathered to be committed as one. Nothing here has happened until then.</summary>
internal sealed class Turn
{
    /// <summary>An attempt to push that nothing was heard of is given up after this; also how long after a crash a reachable object's messages wait at most.</summary>
    public static readonly TimeSpan AttemptDeadline = TimeSpan.FromMinutes(2);

    private readonly ObjectCore _core;
    private bool? _connected;
    private long _wakeBy = long.MaxValue;

    public Turn(ObjectCore core, ObjectDescription description, ObjectState state)
    {
        _core = core;
        Description = description;
        State = state;
        Now = core.Now;
        NowMs = Now.ToUnixTimeMilliseconds();
    }

    public DateTimeOffset Now { get; }
    public long NowMs { get; }
    public ObjectState State { get; set; }
    public ObjectDescription Description { get; set; }
    public bool IsRemoval { get; set; }
    public long OnlineUntil { get; private set; }

    public List<StoredReport> Reports { get; } = [];
    public List<MessageRecord> Accepted { get; } = [];
    public List<MessageRecord> Ended { get; } = [];

    /// <summary>Messages that ended before and of which more is known now.</summary>
    public List<MessageRecord> Amended { get; } = [];
    public List<DueTime> Arm { get; } = [];
    public List<DueTime> Disarm { get; } = [];
    public List<AuditWrite> Audit { get; } = [];
    public List<Told> Events { get; } = [];

    /// <param name="OnlyTo">The one application that hears of it; null or empty: whoever subscribed.</param>
    public readonly record struct Told(long Id, string Type, string ObjectId, byte[]? Data, string? OnlyTo);

    /// <summary>The object was heard of: it listens for its awake window from now.</summary>
    public void Seen() => State = State with
    {
        SeenAt = NowMs,
        AwakeUntil = NowMs + _core.TraitsOf(Description).AwakeWindow,
        Left = false,
    };

    /// <summary>Whether a session is open once this turn is done, where that differs from now.</summary>
    public void Connected(bool connected) => _connected = connected;

    /// <summary>The object has something to do at that time, Unix milliseconds, also if it is not in memory then.</summary>
    public void WakeBy(long at) => _wakeBy = Math.Min(_wakeBy, at);

    public void Report(StoredReport report)
    {
        Reports.Add(report);
        State = State with { Reports = State.Reports + 1, ReportBytes = State.ReportBytes + report.Payload.Length };
        Events.Add(new(report.Id, EventTypes.Report, report.ObjectId, null, null));
    }

    public void Tell(string type, byte[] data, string? onlyTo = null) =>
        Events.Add(new(_core.Services.Ids.Next(), type, _core.Id, data, onlyTo));

    /// <summary>Ends a message that waits: once, with an event.</summary>
    public void End(MailboxItem item, Outcome outcome, string? detail, MessageResult? result = null)
    {
        if (Ended.Exists(ended => ended.Id == item.Record.Id)) return;
        item.Steps.Add(new(Now, $"ended {outcome.ToString().ToUpperInvariant()}{(detail is null ? "" : ": " + detail)}"));
        End(item.Record with { Outcome = outcome, EndedAt = Now, Detail = detail, Result = result, Steps = [.. item.Steps] });
    }

    /// <summary>Takes in a message that is ended already: once, with an event.</summary>
    public void End(MessageRecord ended)
    {
        Ended.Add(ended);
        Tell(EventTypes.MessageOutcome, EventData.Outcome(ended), ended.Application);
    }

    public void Act(string actor, string action, string detail = "") =>
        Audit.Add(new(_core.Services.Ids.Next(), actor, action, Names.Objects + _core.Id, detail));

    /// <summary>Draws the consequences: a change of reachability is told, the next due time is armed.</summary>
    public void Conclude()
    {
        if (IsRemoval)
        {
            if (State.ArmedAt != 0) Disarm.Add(new(State.ArmedAt, _core.Id));
            return;
        }

        var connected = _connected ?? _core.Channels.IsConnected;
        var (reachability, until) = ReachabilityPolicy.Of(State, _core.TraitsOf(Description), Description.Registration, connected, NowMs);
        if (reachability != State.Told)
        {
            State = State with { Told = reachability };
            Tell(EventTypes.ObjectReachability, EventData.Reachability(reachability, until));
        }

        OnlineUntil = reachability switch
        {
            Reachability.Reachable => until == 0 ? long.MaxValue : until,
            Reachability.Awake => until,
            _ => 0,
        };
        ArmNext(until, reachability is Reachability.Reachable or Reachability.Awake);
    }

    /// <summary>Keeps one row in the index of due times, the earliest; a later need is seen to when that one comes due.</summary>
    private void ArmNext(long reachabilityChange, bool listens)
    {
        var next = Math.Min(_wakeBy, reachabilityChange == 0 ? long.MaxValue : reachabilityChange);
        if (Description.Registration is { } registration) next = Math.Min(next, registration.ExpiresAt.ToUnixTimeMilliseconds());
        foreach (var message in Accepted) next = Math.Min(next, message.ExpiresAt.ToUnixTimeMilliseconds());
        var waits = Accepted.Count > 0;
        if (State.ArmedAt == 0)
        {
            foreach (var item in _core.Mailbox.InOrder)
            {
                if (Ended.Exists(ended => ended.Id == item.Record.Id)) continue;
                waits = true;
                next = Math.Min(next, item.Record.ExpiresAt.ToUnixTimeMilliseconds());
            }
        }

        if (waits && listens) next = Math.Min(next, NowMs + (long)AttemptDeadline.TotalMilliseconds);
        if (next == long.MaxValue || (State.ArmedAt != 0 && State.ArmedAt <= next)) return;
        if (State.ArmedAt != 0) Disarm.Add(new(State.ArmedAt, _core.Id));
        Arm.Add(new(next, _core.Id));
        State = State with { ArmedAt = next };
    }
}
