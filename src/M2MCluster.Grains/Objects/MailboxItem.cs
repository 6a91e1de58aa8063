using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>A message that waits, with what is known of its way only in memory: after a crash it simply waits again.</summary>
internal sealed class MailboxItem(MessageRecord record)
{
    private const int MostSteps = 40;

    // One, but for messages that go over several ways at once.
    private readonly List<Attempt> _attempts = [];
    private List<Route>? _failedOver;

    // By bearer: Unix milliseconds at which its budget has room for the message, and the place that is held for it there.
    private Dictionary<Bearer, (long At, PlanHold? Hold)>? _turns = record.Plan is { HasRoom: true } plan ? new() { [plan.Bearer] = (0, new(plan.At, Rank.Tolerant)) } : null;
    private bool _waitsWhole;

    /// <summary>As it is on disk.</summary>
    public MessageRecord Record { get; private set; } = record;

    public MessageState State { get; private set; }

    /// <summary>Null: nothing has happened to it yet.</summary>
    public Trail? Trail { get; private set; }

    /// <summary>The attempts under way, over disjoint ways.</summary>
    public IReadOnlyList<Attempt> Attempts => _attempts;

    /// <summary>The attempt that was acknowledged and whose result is awaited, if there is one.</summary>
    public Attempt? Holder { get; private set; }

    public bool IsPushed => _attempts.Count > 0;

    /// <summary>Over so many ways it is to go at once.</summary>
    public int Copies => Math.Max(1, Record.Terms?.Paths?.Copies ?? 1) + (IsHurried ? 1 : 0);

    /// <summary>What is under way goes unconfirmed for too long: another way is taken beside it.</summary>
    public bool IsHurried { get; private set; }

    /// <summary>The object has had it and may owe its result: a push was acknowledged, or it was fetched.</summary>
    public bool Fetched { get; private set; }

    /// <summary>Unix milliseconds before which no push is tried, but over ways on which none failed.</summary>
    public long RetryAt { get; private set; }

    public int Failures { get; private set; }

    /// <summary>What the network was asked for it, and what it gave; null: nothing was asked.</summary>
    public QosView? Quality { get; set; }

    /// <summary>It waits until <see cref="RetryAt"/> for the network to answer what it was asked for.</summary>
    public bool AwaitsQuality { get; private set; }

    /// <summary>A service that stores messages has it.</summary>
    public bool IsStored => _attempts.Exists(attempt => attempt.IsStored);

    /// <summary>It will never arrive by SMS.</summary>
    public bool IsBarredFromSms { get; private set; }

    public FirstAndLast<MessageStep> Steps { get; private set; } = new(MostSteps, record.Steps);

    /// <summary>Of a transaction's part that is said by its phase.</summary>
    public bool IsUntriedAnycast => Record.Transaction is null && Record.Part.HasFlag(PartTraits.Anycast) && !Record.Part.HasFlag(PartTraits.Tried);

    /// <summary>It is on disk that the object may have it.</summary>
    public void Try()
    {
        if (IsUntriedAnycast) Record = Record with { Part = Record.Part | PartTraits.Tried };
    }

    /// <summary>The ways as they were weighed for the latest attempt, where there was something to weigh.</summary>
    public IReadOnlyList<PathView>? Paths { get; set; }

    /// <summary>Whether it may be with the object already.</summary>
    public bool IsUnderWay => IsPushed || Fetched || Record.Part.HasFlag(PartTraits.Cast) || Record.Transaction is { Phase: not TransactionPhase.Waiting };

    public Attempt? Find(long attempt) => _attempts.Find(candidate => candidate.Id == attempt);

    /// <summary>Whether a push may be tried over some way.</summary>
    public bool MayTry(long now) => (RetryAt <= now || !_waitsWhole) && !WaitsForTurn(now);

    /// <summary>Whether a push may be tried over the route.</summary>
    public bool MayTry(Route route, long now) => RetryAt <= now || (!_waitsWhole && _failedOver?.Contains(route) != true);

    /// <summary>Unix milliseconds at which something is to be done about it though nothing happens; <see cref="long.MaxValue"/>: not before it expires.</summary>
    public long NextTry(long now) => Math.Min(
        IsPushed ? _attempts.Min(attempt => attempt.Deadline) : RetryAt > now ? RetryAt : long.MaxValue,
        TurnAfter(now)?.At ?? long.MaxValue);

    /// <summary>More is known of the message, and on disk.</summary>
    public void Revise(MessageRecord record) => Record = record;

    /// <summary>Whether the object may have it, as far as its terms go.</summary>
    public void Show(bool open, DateTimeOffset at) =>
        Move(open ? MessageEvent.Release : MessageEvent.Hold, Trail is null ? Record.AcceptedAt : at);

    /// <summary>The object took it: it is pushed again only if no result comes until <paramref name="retryAt"/>.</summary>
    public void Fetch(Bearer bearer, long retryAt, DateTimeOffset at)
    {
        (Trail ??= new()).Took(bearer, at);
        Move(MessageEvent.Fetch, at);
        Fetched = true;
        Wait(retryAt);
    }

    /// <summary>It stands in the feed of the application that it is for.</summary>
    public void Post(DateTimeOffset at)
    {
        Move(MessageEvent.Fetch, at);
        Fetched = true;
        Wait(long.MaxValue);
    }

    /// <summary>The push was acknowledged, and the result is awaited.</summary>
    public void Acknowledge(Attempt attempt, long retryAt, DateTimeOffset at, string? detail)
    {
        Close(attempt, AttemptResult.Acknowledged, at, detail);
        Move(MessageEvent.Acknowledge, at);
        Holder = attempt;
        Fetched = true;
        Wait(retryAt);
    }

    /// <summary>It may leave later, by the bearer's plan.</summary>
    /// <returns>When, Unix milliseconds.</returns>
    public long AwaitTurn(Bearer bearer, DateTimeOffset at, PlanHold? hold)
    {
        (_turns ??= [])[bearer] = (DueTime.Of(at), hold);
        return _turns[bearer].At;
    }

    /// <summary>It waits for the network's answer.</summary>
    /// <returns>Until when, Unix milliseconds.</returns>
    public long WaitForQuality(long until)
    {
        AwaitsQuality = true;
        Wait(until);
        return RetryAt;
    }

    /// <summary>It is asked anew whether there is an answer.</summary>
    public void EndWaitForQuality()
    {
        if (AwaitsQuality) (AwaitsQuality, RetryAt, _waitsWhole) = (false, 0, false);
    }

    /// <summary>It may leave over the bearer now: what was held for it there is used.</summary>
    public void HasTurn(Bearer bearer) => _turns?.Remove(bearer);

    /// <summary>The place in the bearer's plan that is held for it.</summary>
    public PlanHold? HoldOn(Bearer bearer) => _turns?.GetValueOrDefault(bearer).Hold;

    /// <summary>When the bearer's budget has room for it, Unix milliseconds; null: it does not wait for that.</summary>
    public long? TurnOn(Bearer bearer, long now) => _turns?.GetValueOrDefault(bearer).At is { } at && at > now ? at : null;

    /// <summary>The first of the budgets to have room for it; null: it waits for none.</summary>
    public (Bearer Bearer, long At)? TurnAfter(long now) =>
        _turns?.Where(turn => turn.Value.At > now).OrderBy(turn => turn.Value.At).Select(turn => ((Bearer, long)?)(turn.Key, turn.Value.At)).FirstOrDefault();

    // What can wait so long goes by no other way meanwhile, which may cost more.
    private bool WaitsForTurn(long now) => TurnAfter(now) is { } turn && Record.Latest is { } latest && turn.At <= DueTime.Of(latest);

    public void Begin(Attempt attempt, DateTimeOffset now)
    {
        if (RetryAt <= attempt.At) (_failedOver, _waitsWhole) = (null, false);
        Holder = null;
        _attempts.Add(attempt);
        (Trail ??= new()).Begin(attempt.Route.Bearer, now);
        Move(MessageEvent.Push, now);
    }

    /// <summary>A service that stores messages has it: of this attempt no deadline counts but that of the message itself.</summary>
    public void Store(Attempt attempt)
    {
        var index = _attempts.IndexOf(attempt);
        if (index >= 0) _attempts[index] = attempt with { IsStored = true };
    }

    public void BarFromSms() => IsBarredFromSms = true;

    public void Hurry() => IsHurried = true;

    /// <summary>What is on disk of it, after a restart or a commit of which nobody knew.</summary>
    /// <param name="inDoubt">What becomes of it where nobody knows whether the SMSC has it.</param>
    public void Restore(StoredMessage known, WhenInDoubt inDoubt, DateTimeOffset at)
    {
        var attempt = Find(known.Attempt);
        if (attempt is null && IsPushed) return;
        var isUnderWay = attempt is not null;
        if (attempt is null && !Fetched)
        {
            attempt = new(known.Attempt, new(Bearer.Sms, null), null, known.IsInDoubt ? known.Begun : at.ToUnixTimeMilliseconds());
            Begin(attempt, at);
            if (known.IsInDoubt) Steps.Add(new(at, "the SMSC may have it: the node ended before it was known"));
        }

        if (attempt is null) return;
        if (known.IsInDoubt && (isUnderWay || inDoubt == WhenInDoubt.AtLeastOnce)) return;
        if (!known.IsDelivered) Store(attempt);
        else if (!Fetched) Acknowledge(attempt, Record.ExpiresAt.ToUnixTimeMilliseconds(), at, null);
    }

    /// <summary>The attempt takes long, and goes on.</summary>
    public void GoOn(Attempt attempt, long now)
    {
        var index = _attempts.IndexOf(attempt);
        if (index >= 0) _attempts[index] = attempt with { At = now };
    }

    /// <summary>The attempt came to nothing; the next one over the same way waits until <paramref name="retryAt"/>.</summary>
    public void Fail(Attempt attempt, long retryAt, AttemptResult result, DateTimeOffset at, string? detail = null)
    {
        Close(attempt, result, at, detail);
        if (!IsPushed) Move(MessageEvent.Fail, at);
        (_failedOver ??= []).Add(attempt.Route);
        if (!_waitsWhole) RetryAt = retryAt;
        Failures++;
    }

    /// <summary>The object has no room for it now, whatever the way: it waits until <paramref name="retryAt"/>.</summary>
    public void Postpone(Attempt attempt, long retryAt, DateTimeOffset at, string? detail)
    {
        Close(attempt, AttemptResult.Busy, at, detail);
        if (!IsPushed) Move(MessageEvent.Fail, at);
        Failures++;
        Wait(retryAt);
    }

    /// <summary>
    /// Sessions are gone: what was under way on them waits as if it had not been tried. One that was acknowledged does too, since its result may have been lost with the
    /// session. What is with an SMSC is on no session.
    /// </summary>
    public void Reset(Predicate<Channel> isGone, DateTimeOffset at)
    {
        var gone = _attempts.FindAll(attempt => attempt is { IsStored: false, Over: { Bearer: not Bearer.Sms } over } && isGone(over));
        foreach (var attempt in gone) Close(attempt, AttemptResult.Abandoned, at, null);
        var losesHolder = Holder is { Over: { Bearer: not Bearer.Sms } over } && isGone(over);
        if (losesHolder) Holder = null;
        if ((gone.Count == 0 && !losesHolder) || IsPushed) return;
        Move(MessageEvent.Reset, at);
        (RetryAt, _failedOver, _waitsWhole) = (0, null, false);
    }

    /// <summary>It was read again: a turn of which nobody knew whether it is on disk may have changed it.</summary>
    public void Follow(MessageRecord record)
    {
        if (record.Transaction?.Phase != Record.Transaction?.Phase) Become(record);
        else Record = record;
    }

    /// <summary>It goes on as another record of the same id.</summary>
    public void Become(MessageRecord next)
    {
        Record = next;
        Steps = new(MostSteps, next.Steps);
        if (next.Transaction is not { IsHeld: true }) return;
        foreach (var attempt in _attempts.ToList()) Close(attempt, AttemptResult.Answered, next.Steps[^1].Time, null);
        Holder = null;
    }

    public WaitingMessage ToWaiting() => new(
        Record.Id, Record.ContentType, Record.Payload, Record.Priority, Record.ExpiresAt, Record.Confirmation, Record.Command, Record.TraceParent,
        TransactionMark.Of(Record), Record.Peer, Record.Part.HasFlag(PartTraits.Cast) ? Record.Parent : null);

    private void Move(MessageEvent by, DateTimeOffset at)
    {
        var next = MessageStates.Next(State, by);
        if (next == State) return;
        State = next;
        (Trail ??= new()).Enter(next, at);
    }

    private void Wait(long retryAt)
    {
        RetryAt = retryAt;
        _waitsWhole = true;
    }

    private void Close(Attempt attempt, AttemptResult result, DateTimeOffset at, string? detail)
    {
        _attempts.Remove(attempt);
        if (!IsPushed) IsHurried = false;
        Trail?.Close(attempt.Route.Bearer, result, at, detail);
    }
}
