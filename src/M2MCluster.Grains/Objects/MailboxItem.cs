using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>A message that waits, with what is known of its way only in memory: after a crash it simply waits again.</summary>
internal sealed class MailboxItem(MessageRecord record)
{
    private const int MostSteps = 40;

    /// <summary>As it is on disk.</summary>
    public MessageRecord Record { get; private set; } = record;

    public MessageState State { get; private set; }

    /// <summary>Null: nothing has happened to it yet.</summary>
    public Trail? Trail { get; private set; }

    /// <summary>The attempt under way; 0: none.</summary>
    public long Attempt { get; private set; }

    /// <summary>Over which it was pushed: the attempt under way, or the one that was acknowledged and whose result is awaited.</summary>
    public Channel? Over { get; private set; }

    /// <summary>Unix milliseconds at which the attempt began.</summary>
    public long AttemptedAt { get; private set; }

    /// <summary>The object has had it and may owe its result: a push was acknowledged, or it was fetched.</summary>
    public bool Fetched { get; private set; }

    /// <summary>Unix milliseconds before which no push is tried.</summary>
    public long RetryAt { get; private set; }

    public int Failures { get; private set; }

    /// <summary>The place in a bearer's plan that is held for it.</summary>
    public PlanHold? Hold { get; private set; } = record.Plan is { HasRoom: true } plan ? new(plan.At, 0) : null;

    /// <summary>The bearer whose budget has no room for it before <see cref="RetryAt"/>; null: it waits for none.</summary>
    public Bearer? Awaits { get; private set; }

    /// <summary>A service that stores messages has it: no deadline counts but that of the message itself.</summary>
    public bool IsStored { get; private set; }

    /// <summary>It will never arrive by SMS.</summary>
    public bool IsBarredFromSms { get; private set; }

    public FirstAndLast<MessageStep> Steps { get; private set; } = new(MostSteps, record.Steps);

    public bool IsUntriedAnycast => Record.Part.HasFlag(PartTraits.Anycast) && !Record.Part.HasFlag(PartTraits.Tried);

    /// <summary>It is on disk that the object may have it.</summary>
    public void Try()
    {
        if (IsUntriedAnycast) Record = Record with { Part = Record.Part | PartTraits.Tried };
    }

    /// <summary>Whether it may be with the object already.</summary>
    public bool IsUnderWay => Attempt != 0 || Fetched || Record.Transaction is { Phase: not TransactionPhase.Waiting };

    /// <summary>Unix milliseconds at which something is to be done about it though nothing happens; <see cref="long.MaxValue"/>: not before it expires.</summary>
    public long NextTry(long now) => IsStored ? long.MaxValue
        : Attempt != 0 ? AttemptedAt + (long)Turn.AttemptDeadline.TotalMilliseconds
        : RetryAt > now ? RetryAt
        : long.MaxValue;

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
        RetryAt = retryAt;
    }

    /// <summary>It stands in the feed of the application that it is for.</summary>
    public void Post(DateTimeOffset at)
    {
        Move(MessageEvent.Fetch, at);
        Fetched = true;
        RetryAt = long.MaxValue;
    }

    /// <summary>The push was acknowledged, and the result is awaited.</summary>
    public void Acknowledge(long retryAt, DateTimeOffset at, string? detail)
    {
        Close(AttemptResult.Acknowledged, at, detail);
        Move(MessageEvent.Acknowledge, at);
        Attempt = 0;
        Fetched = true;
        IsStored = false;
        RetryAt = retryAt;
    }

    /// <summary>It may leave later, by the bearer's plan.</summary>
    /// <returns>When, Unix milliseconds.</returns>
    public long AwaitTurn(Bearer bearer, DateTimeOffset at, PlanHold? hold)
    {
        (Awaits, Hold) = (bearer, hold);
        return RetryAt = DueTime.Of(at);
    }

    /// <summary>It may leave now: what was held for it is used.</summary>
    public void HasTurn() => (Awaits, Hold) = (null, null);

    public void Begin(long attempt, Channel over, DateTimeOffset now)
    {
        Attempt = attempt;
        Over = over;
        AttemptedAt = now.ToUnixTimeMilliseconds();
        (Trail ??= new()).Begin(over.Bearer, now);
        Move(MessageEvent.Push, now);
    }

    public void Store() => IsStored = true;

    public void BarFromSms() => IsBarredFromSms = true;

    /// <summary>What is on disk of it, after a restart or a commit of which nobody knew.</summary>
    public void Restore(StoredMessage known, DateTimeOffset at)
    {
        if (Attempt != 0 && Attempt != known.Attempt) return;
        if (Attempt == 0 && !Fetched)
        {
            (Trail ??= new()).Begin(Bearer.Sms, at);
            Move(MessageEvent.Push, at);
        }

        if (!known.IsDelivered) (Attempt, IsStored) = (known.Attempt, true);
        else if (!Fetched) Acknowledge(Record.ExpiresAt.ToUnixTimeMilliseconds(), at, null);
    }

    /// <summary>The attempt takes long, and goes on.</summary>
    public void GoOn(long now) => AttemptedAt = now;

    /// <summary>The attempt came to nothing; the next one waits until <paramref name="retryAt"/>.</summary>
    public void Fail(long retryAt, AttemptResult result, DateTimeOffset at, string? detail = null)
    {
        Close(result, at, detail);
        Move(MessageEvent.Fail, at);
        Attempt = 0;
        IsStored = false;
        Over = null;
        RetryAt = retryAt;
        Failures++;
    }

    /// <summary>
    /// The session is gone: the message waits as if it had not been tried. One that was acknowledged does too, since its result may have been lost with the session.
    /// </summary>
    public void Reset(DateTimeOffset at)
    {
        if (Over is null || IsStored) return;
        Close(AttemptResult.Abandoned, at, null);
        Move(MessageEvent.Reset, at);
        Attempt = 0;
        Over = null;
        RetryAt = 0;
    }

    /// <summary>It goes on as another record of the same id.</summary>
    public void Become(MessageRecord next)
    {
        Record = next;
        Steps = new(MostSteps, next.Steps);
        if (next.Transaction is not { IsHeld: true }) return;
        if (Attempt != 0) Close(AttemptResult.Answered, next.Steps[^1].Time, null);
        Attempt = 0;
        Over = null;
    }

    public WaitingMessage ToWaiting() => new(
        Record.Id, Record.ContentType, Record.Payload, Record.Priority, Record.ExpiresAt, Record.Confirmation, Record.Command, Record.TraceParent,
        TransactionMark.Of(Record), Record.Peer);

    private void Move(MessageEvent by, DateTimeOffset at)
    {
        var next = MessageStates.Next(State, by);
        if (next == State) return;
        State = next;
        (Trail ??= new()).Enter(next, at);
    }

    private void Close(AttemptResult result, DateTimeOffset at, string? detail)
    {
        if (Over is not null) Trail?.Close(Over.Bearer, result, at, detail);
    }
}
