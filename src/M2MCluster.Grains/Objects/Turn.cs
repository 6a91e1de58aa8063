using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.ReportTasks;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>One turn of an object: what it decides, gathered to be committed as one. Nothing here has happened until then.</summary>
internal sealed class Turn
{
    /// <summary>An attempt to push that nothing was heard of is given up after this; also how long after a crash a reachable object's messages wait at most.</summary>
    public static readonly TimeSpan AttemptDeadline = TimeSpan.FromMinutes(2);

    // An open session is doubted after this, since a crash leaves no word of its end.
    private static readonly TimeSpan ConnectionLease = TimeSpan.FromHours(1);

    // Milliseconds until a session that should be idle, and is not yet ended, is looked at again.
    private const long IdleLook = 1000;

    private readonly ObjectCore _core;
    private HashSet<MessageId>? _ended;
    private bool? _connected;
    private bool _seen;
    private long _wakeBy = long.MaxValue;

    public Turn(ObjectCore core, ObjectDescription description, ObjectState state)
    {
        _core = core;
        Description = description;
        State = state;
        Now = core.Now;
        NowMs = Now.ToUnixTimeMilliseconds();
    }

    public string ObjectId => _core.Id;
    public DateTimeOffset Now { get; }
    public long NowMs { get; }
    public ObjectState State { get; set; }
    public ObjectDescription Description { get; set; }
    public bool IsRemoval { get; set; }
    public long OnlineUntil { get; private set; }

    /// <summary>Whether a session is open that tells when it ends, once this turn is done.</summary>
    public bool IsConnected => _connected ?? _core.Channels.IsConnected;

    public List<StoredReport> Reports { get; } = [];
    public List<MessageRecord> Accepted { get; } = [];
    public List<MessageRecord> Ended { get; } = [];

    /// <summary>Messages that ended before, or that wait on, and of which more is known now.</summary>
    public List<MessageRecord> Amended { get; } = [];

    /// <summary>Messages that wait on, as other records than before.</summary>
    public List<(MailboxItem Item, MessageRecord Record)> Changed { get; } = [];

    /// <summary>Messages to objects that sent one to this one: what became of it.</summary>
    public List<MessageRecord> Notices { get; } = [];
    public List<DueTime> Arm { get; } = [];
    public List<DueTime> Disarm { get; } = [];
    public List<AuditWrite> Audit { get; } = [];
    public List<Told> Events { get; } = [];

    /// <param name="OnlyTo">The one application that hears of it; null or empty: whoever subscribed.</param>
    /// <param name="Since">That application existed then.</param>
    public readonly record struct Told(
        long Id, string Type, string ObjectId, byte[]? Data, string? OnlyTo, DateTimeOffset Since, string? TraceParent = null);

    /// <summary>The object was heard of, unless that is its last will.</summary>
    public void Seen(Speaker speaker)
    {
        if (!speaker.IsGone) Seen(speaker.Bearer == Bearer.Sms);
    }

    /// <summary>The object was heard of: it listens for its awake window from now.</summary>
    public void Seen(bool bySms = false)
    {
        _seen = true;
        if (!bySms && _core.TraitsOf(Description).HasNumber) State = State with { IsNoPhone = true };
        // Whoever was called is there.
        if (!bySms && State.Sms?.Call is not null) State = State with { Sms = SmsState.WithCall(State.Sms, null) };
        State = State with { SeenAt = NowMs, AwakeUntil = NowMs + _core.TraitsOf(Description).AwakeWindow, Left = false, SuspendedUntil = 0 };
    }

    /// <summary>Whether a session is open once this turn is done, where that differs from now.</summary>
    public void Connected(bool connected) => _connected = connected;

    /// <summary>The object has something to do at that time, Unix milliseconds, also if it is not in memory then.</summary>
    public void WakeBy(long at) => _wakeBy = Math.Min(_wakeBy, at);

    public void Report(StoredReport report)
    {
        Reports.Add(report);
        State = State with { Reports = State.Reports + 1, ReportBytes = State.ReportBytes + report.Payload.Length };
        Events.Add(new(report.Id, EventTypes.Report, report.ObjectId, null, null, default));
    }

    /// <summary>Tells whoever subscribed.</summary>
    public void Tell(string type, byte[] data) => Events.Add(new(_core.Services.Ids.Next(), type, _core.Id, data, null, default));

    /// <summary>Tells one application of that time, or, if it is empty, whoever subscribed.</summary>
    public void TellOnly(string application, DateTimeOffset since, string type, byte[] data) =>
        Events.Add(new(_core.Services.Ids.Next(), type, _core.Id, data, application, since));

    /// <summary>Tells the sender of a message.</summary>
    public void TellSender(MessageRecord message, string type, byte[] data) =>
        Events.Add(new(_core.Services.Ids.Next(), type, _core.Id, data, message.Application, message.AcceptedAt, message.TraceParent));

    /// <summary>Ends a message that waits: once, with an event.</summary>
    /// <param name="how">The attempt with which it ends, if it ends by one.</param>
    public void End(MailboxItem item, Outcome outcome, string? detail, MessageResult? result = null, (Bearer Over, AttemptResult Result)? how = null)
    {
        if (!(_ended ??= []).Add(item.Record.Id)) return;
        var last = new MessageStep(Now, $"ended {outcome.ToString().ToUpperInvariant()}{(detail is null ? "" : ": " + detail)}");
        var ended = item.Record with { Outcome = outcome, EndedAt = Now, Detail = detail, Result = result, Steps = [.. item.Steps, last], Trail = Trail.Ending(item.Trail, Now, how, detail, result is not null), Paths = item.Paths, Quality = item.Quality };
        Ended.Add(ended);
        // Of what the platform itself sends to carry a decision out, nobody waits for an outcome.
        if (ended.Transaction?.Of is null && !ended.Part.HasFlag(PartTraits.Quiet)) TellSender(ended, EventTypes.MessageOutcome, EventData.Outcome(ended));
        if (ended.Task is not null) Asking.Ended(this, _core, ended);
        if (ended is { Peer: { } peer, Confirmation: not Confirmation.None }) Notices.Add(Peers.NoticeOf(ended, peer, _core.Services.Ids, Now));
    }

    /// <summary>What the object says of its condition; names that are none of the known are passed over.</summary>
    public void Hear(IEnumerable<KeyValuePair<string, string>>? conditions)
    {
        if (conditions is not null) State = State with { Conditions = State.Conditions.With(conditions, NowMs) };
    }

    /// <summary>A message goes on as another record of the same id.</summary>
    public void Change(MailboxItem item, MessageRecord next, string step) => Changed.Add((item, next with { Steps = [.. item.Steps, new(Now, step)] }));

    /// <summary>Whether the message ends in this turn.</summary>
    public bool Ends(MailboxItem item) => _ended?.Contains(item.Record.Id) ?? false;

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

        foreach (var ended in Ended) State = State with { Sms = SmsState.Without(State.Sms, ended.Id) };
        var connected = IsConnected;
        var traits = _core.TraitsOf(Description);
        // A gateway listens for its children also.
        if (_seen && traits.OffWhenDone && Description.Kind == ObjectKind.Device && IsDone()) State = State with { AwakeUntil = NowMs };
        var (reachability, until) = ReachabilityPolicy.Of(State, traits, Description.Registration, connected, NowMs);
        if (reachability != State.Told)
        {
            State = State with { Told = reachability };
            Tell(EventTypes.ObjectReachability, EventData.Reachability(reachability, until));
        }

        if (_core.Mailbox.Count > 0) Warning.Review(this, _core, connected);
        OnlineUntil = ReachabilityPolicy.ListensUntil(State, traits, Description.Registration, connected, NowMs);
        var next = Math.Min(_wakeBy, until == 0 ? long.MaxValue : until);
        if (connected) next = Math.Min(next, NowMs + (long)ConnectionLease.TotalMilliseconds);
        if (connected && traits.IdleTimeout > 0) next = Math.Min(next, Math.Max(State.SeenAt + traits.IdleTimeout, NowMs + IdleLook));
        next = Math.Min(next, Incomplete.DueOf(State.Sms));
        next = Math.Min(next, Expecting.Review(this, _core));
        if (Description.Hold is { } hold) next = Math.Min(next, DueTime.Of(hold.Until));
        if (Description.Registration is { } registration) next = Math.Min(next, DueTime.Of(registration.ExpiresAt));
        ArmNext(next, DisarmCampaigns());
    }

    private bool IsDone() => Accepted.Count == 0 && _core.Mailbox.InOrder.All(item => Ends(item) || !_core.MayHave(item.Record, Now));

    /// <summary>A group's messages came with due times of their own, which would otherwise stay until they expire.</summary>
    /// <returns>Whether any was taken away; something else may have been due then too.</returns>
    private bool DisarmCampaigns()
    {
        var any = false;
        foreach (var ended in Ended)
        {
            if (ended.Parent is null || DueTime.Of(ended.ExpiresAt) is var at && at == State.ArmedAt) continue;
            Disarm.Add(new(at, _core.Id));
            any = true;
        }

        return any;
    }

    /// <summary>Keeps one row in the index of due times, the earliest; a later need is seen to when that one comes due.</summary>
    private void ArmNext(long next, bool lookAtAll)
    {
        foreach (var message in Accepted) next = Math.Min(next, NextOf(message));
        if (State.ArmedAt == 0 || lookAtAll)
        {
            foreach (var item in _core.Mailbox.InOrder)
            {
                if (!Ends(item)) next = Math.Min(next, Math.Min(NextOf(item.Record), item.NextTry(NowMs)));
            }
        }

        if (next == long.MaxValue || (State.ArmedAt != 0 && State.ArmedAt <= next)) return;
        if (State.ArmedAt != 0) Disarm.Add(new(State.ArmedAt, _core.Id));
        Arm.Add(new(next, _core.Id));
        State = State with { ArmedAt = next };
    }

    /// <summary>When the message expires, or a push of it that comes next may have been lost.</summary>
    private long NextOf(MessageRecord message)
    {
        var expiry = DueTime.Of(message.ExpiresAt);
        if (message.Transaction is { IsHeld: true } || (expiry <= NowMs && Participating.AwaitsDecision(message))) return long.MaxValue;
        if (Participating.DoubtAt(_core, message) is { } doubt && doubt < message.ExpiresAt) expiry = DueTime.Of(doubt);
        if (message.OpensAt is { } opens && opens > Now) return DueTime.Of(opens);
        if (!_core.Services.Constraints.Allow(message, _core.Sharing.Over(Description), State.Conditions, Now)) return expiry;
        return (OnlineUntil > NowMs && _core.HasWayFor(message)) || SmsWay.Carries(_core, message) ? Math.Min(expiry, NowMs + (long)AttemptDeadline.TotalMilliseconds) : expiry;
    }
}
