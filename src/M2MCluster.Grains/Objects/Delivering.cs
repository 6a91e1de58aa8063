using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>Pushes what waits over whatever channel there is, and draws the conclusion from what became of it.</summary>
internal sealed class Delivering(ObjectCore core)
{
    // A result that does not come for so long may have been lost.
    private static readonly TimeSpan ResultPatience = TimeSpan.FromMinutes(10);

    public Paths Paths { get; } = new(core);
    public Admission Admission { get; } = new(core);

    /// <summary>The object was heard of: what waits has its chance.</summary>
    public ValueTask ContactAsync(Speaker speaker)
    {
        Paths.Heard(speaker);
        return core.Mailbox.Count == 0 ? default : PumpAsync();
    }

    /// <summary>
    /// Starts as many attempts as the object bears, in order. What called is committed and does not fail here: what cannot be pushed now
    /// waits.
    /// </summary>
    public async ValueTask PumpAsync()
    {
        if (core.Mailbox.Count == 0 || core.Description is not { } description) return;
        var now = core.Now;
        var nowMs = now.ToUnixTimeMilliseconds();
        if (Show(now)) Notify();
        var channels = await Paths.NowAsync(description, nowMs);
        if (channels.Count > 0 && !await Anycasting.TryAllAsync(core, now)) return;
        var room = core.TraitsOf(description).InFlight - CountInFlight(channels, nowMs);
        if (room <= 0 && Overtakes(channels, now, nowMs)) room = 1;
        var turnAt = await Admission.AskAsync(channels, room, now);
        var pushed = room > 0 && channels.Count > 0 && await HandOutAsync(channels, room, now, nowMs) && Push(channels, room, now, nowMs);
        if (!pushed && turnAt == long.MaxValue) return;

        var deadline = Math.Min(turnAt, nowMs + (long)Turn.AttemptDeadline.TotalMilliseconds);
        if (core.State.ArmedAt != 0 && core.State.ArmedAt <= deadline && !Admission.HasToTell) return;
        var turn = core.Begin();
        turn.WakeBy(deadline);
        Admission.Tell(turn);
        try
        {
            await core.CommitAsync(turn);
        }
        catch (M2MException)
        {
            // The attempt is under way all the same; if it is lost, the object's next contact finds it.
        }
    }

    /// <summary>Holds back what the object may not have now, and shows what it may.</summary>
    /// <returns>Whether any is shown that was held back.</returns>
    private bool Show(DateTimeOffset now)
    {
        var any = false;
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Record.Terms is not null))
        {
            var former = item.State;
            item.Show(core.Services.Constraints.Allow(item.Record, core.Sharing.Over(core.Description!), core.State.Conditions, now), now);
            any |= former == MessageState.Held && item.State != former;
        }

        return any;
    }

    /// <summary>What is of higher priority than all that is under way does not wait for any of it: at most seven messages go beyond the window, one above the other.</summary>
    private bool Overtakes(IReadOnlyList<Channel> channels, DateTimeOffset now, long nowMs)
    {
        var first = Ready(channels, now, nowMs).FirstOrDefault().Item;
        return first is not null && core.Mailbox.InOrder.All(item => item.Attempt == 0 || item.Record.Priority < first.Record.Priority);
    }

    /// <summary>That parts of transactions leave the platform is on disk before they do.</summary>
    private async ValueTask<bool> HandOutAsync(IReadOnlyList<Channel> channels, int room, DateTimeOffset now, long nowMs)
    {
        var parts = Ready(channels, now, nowMs).Take(room).Where(ready => ready.Item.Record.Transaction is { Phase: TransactionPhase.Waiting }).ToList();
        if (parts.Count == 0) return true;
        var turn = core.Begin();
        foreach (var (item, _) in parts) Participating.HandOut(turn, item);
        try
        {
            await core.CommitAsync(turn);
            return true;
        }
        catch (M2MException)
        {
            // They wait on; the object's next contact, or the schedule, tries again.
            return false;
        }
    }

    private IEnumerable<(MailboxItem Item, Channel Over)> Ready(IReadOnlyList<Channel> channels, DateTimeOffset now, long nowMs)
    {
        foreach (var item in core.Mailbox.InOrder)
        {
            if (item.Attempt != 0 || item.RetryAt > nowMs || !core.MayHave(item.Record, now)) continue;
            if (channels.FirstOrDefault(candidate => Paths.Carries(candidate, item)) is { } channel) yield return (item, channel);
        }
    }

    private bool Push(IReadOnlyList<Channel> channels, int room, DateTimeOffset now, long nowMs)
    {
        var any = false;
        foreach (var (item, channel) in Ready(channels, now, nowMs).ToList())
        {
            var attempt = core.Services.Ids.Next();
            item.Begin(attempt, channel, now);
            item.Steps.Add(new(now, $"pushed over {channel.Bearer.ToString().ToUpperInvariant()}"));
            channel.Edge.Deliver(channel.Session, new(core.Id, attempt, item.ToWaiting())).Ignore();
            any = true;
            if (--room == 0) break;
        }

        return any;
    }

    /// <summary>Tells observers that the mailbox changed.</summary>
    public void Notify()
    {
        if (core.IsSuspended) return;
        foreach (var channel in core.Channels.All.Where(channel => channel.Traits.HasFlag(ChannelTraits.Notices)))
            channel.Edge.MailboxChanged(channel.Session, core.Id).Ignore();
    }

    /// <summary>What became of an attempt.</summary>
    public async ValueTask SettleAsync(MessageId id, long attempt, Settlement settlement)
    {
        await core.LoadAsync();
        if (core.Mailbox.Find(id) is not { } item || item.Attempt != attempt) return;
        if (settlement.Kind == SettlementKind.UnderWay)
        {
            item.GoOn(core.Now.ToUnixTimeMilliseconds());
            return;
        }

        var detail = settlement.Detail;
        var (bearer, pushedAt) = (item.Over?.Bearer ?? Bearer.Sms, DateTimeOffset.FromUnixTimeMilliseconds(item.AttemptedAt));
        var turn = core.Begin();
        Action? then = null;
        switch (settlement.Kind)
        {
            case SettlementKind.Answered:
                turn.Seen();
                if (!Participating.Answer(turn, core, item, settlement.Result!, detail, (bearer, AttemptResult.Answered)))
                    turn.End(item, settlement.Result!.Ok ? Outcome.Applied : Outcome.Rejected, detail, settlement.Result, (bearer, AttemptResult.Answered));
                break;
            case SettlementKind.Acknowledged when item.Record.Confirmation is Confirmation.Applied or Confirmation.Transaction:
                if (!item.IsStored) turn.Seen();
                // A receipt is final, and the same text again would cost again.
                var again = item.IsStored ? DueTime.Of(item.Record.ExpiresAt) : Again(turn, ResultPatience);
                SmsDelivering.Settled(turn, item, settlement);
                then = () =>
                {
                    item.Steps.Add(new(turn.Now, "acknowledged; its result is awaited"));
                    item.Acknowledge(again, turn.Now, detail);
                };
                turn.WakeBy(again);
                break;
            case SettlementKind.Acknowledged:
                if (!item.IsStored) turn.Seen();
                turn.End(item, item.Record.Confirmation == Confirmation.None ? Outcome.Sent : Outcome.Delivered, detail, how: (bearer, AttemptResult.Acknowledged));
                break;
            case SettlementKind.Stored when item.Record.Confirmation != Confirmation.None:
                SmsDelivering.Settled(turn, item, settlement);
                then = () =>
                {
                    item.Steps.Add(new(turn.Now, settlement.Detail ?? "stored on the way"));
                    item.Store();
                };
                break;
            case SettlementKind.Undeliverable when SmsDelivering.HasNoOtherWay(turn, item):
                turn.End(item, Outcome.Failed, detail, how: (bearer, AttemptResult.Undeliverable));
                break;
            case SettlementKind.Sent or SettlementKind.Lost or SettlementKind.Stored when item.Record.Confirmation == Confirmation.None:
                turn.End(item, Outcome.Sent, detail, how: (bearer, ResultOf(settlement.Kind)));
                break;
            default:
                then = Fail(item, turn, settlement);
                break;
        }

        await core.CommitAsync(turn);
        core.Services.Delivery.Attempted(bearer, ResultOf(settlement.Kind));
        MessageTrace.Span(item.Record, "m2m message pushed", pushedAt, "m2m.result", settlement.Kind.ToString());
        then?.Invoke();
        await PumpAsync();
    }

    /// <summary>The attempt came to nothing: the message is tried again later, if no other has taken its place meanwhile.</summary>
    private Action? Fail(MailboxItem item, Turn turn, Settlement settlement)
    {
        var busy = settlement.Kind == SettlementKind.Busy;
        SmsDelivering.Settled(turn, item, settlement);
        if (core.Mailbox.HasLater(item.Record))
        {
            turn.End(
                item, Outcome.Superseded, busy ? "by a later message with the same key" : "by a later message with the same key; it may have arrived",
                how: (item.Over?.Bearer ?? Bearer.Sms, ResultOf(settlement.Kind)));
            return null;
        }

        var at = Again(turn, (busy ? settlement.RetryAfter : null) ?? Backoff(item, core.Services.Classes.Of(item.Record.Terms)));
        turn.WakeBy(at);
        return () =>
        {
            item.Steps.Add(new(turn.Now, $"{(busy ? "the object is busy" : "no answer")}{(settlement.Detail is null ? "" : ": " + settlement.Detail)}"));
            if (!busy) Paths.TryLatestAddress(item);
            if (settlement.Kind == SettlementKind.Undeliverable) item.BarFromSms();
            item.Fail(at, ResultOf(settlement.Kind), turn.Now, settlement.Detail);
        };
    }

    /// <summary>The object has the message in its hands: it is pushed only if no result comes for long.</summary>
    public static void Fetch(MailboxItem item, Turn turn, Bearer bearer) => item.Fetch(bearer, Again(turn, ResultPatience), turn.Now);

    /// <summary>The way to the object is another one now: what was under way waits again.</summary>
    public void Reroute()
    {
        foreach (var item in core.Mailbox.InOrder) item.Reset(core.Now);
    }

    /// <summary>The session is gone: what was under way on it waits again.</summary>
    public void Abandon(Channel channel)
    {
        foreach (var item in core.Mailbox.InOrder.Where(item => item.Over is { } over && over.Session == channel.Session && over.Bearer == channel.Bearer))
            item.Reset(core.Now);
    }

    private int CountInFlight(IReadOnlyList<Channel> channels, long nowMs)
    {
        var count = 0;
        foreach (var item in core.Mailbox.InOrder.Where(item => item is { Over: not null, IsStored: false }))
        {
            // A session that tells when it ends, and is not there any more: also that of a gateway, which is not told here.
            if (item.Over is { Bearer: Bearer.Mqtt } over && !channels.Any(channel => channel.Bearer == over.Bearer && channel.Session == over.Session)) item.Reset(core.Now);
            else if (core.Services.Edges.IsGone(item.Over?.Silo)) item.Reset(core.Now);
            else if (item.Attempt == 0) continue;
            else if (nowMs - item.AttemptedAt < Turn.AttemptDeadline.TotalMilliseconds) count++;
            else
            {
                core.Services.Delivery.Attempted(item.Over!.Bearer, AttemptResult.Unheard);
                item.Fail(nowMs, AttemptResult.Unheard, core.Now);
            }
        }

        return count;
    }

    private static AttemptResult ResultOf(SettlementKind kind) => kind switch
    {
        SettlementKind.Stored => AttemptResult.Stored,
        SettlementKind.Undeliverable => AttemptResult.Undeliverable,
        _ => (AttemptResult)kind,
    };

    private static long Again(Turn turn, TimeSpan after) => turn.NowMs + (long)after.TotalMilliseconds;

    private static TimeSpan Backoff(MailboxItem item, ServiceClass by) =>
        TimeSpan.FromTicks(Math.Min(by.FirstRetry.Ticks << Math.Min(item.Failures, 16), by.LastRetry.Ticks));
}
