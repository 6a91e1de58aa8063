using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Objects;

/// <summary>Draws the conclusion from what became of an attempt: the message ends, is acknowledged, or waits for the next one.</summary>
internal sealed class Settling(ObjectCore core, Delivering delivering)
{
    // A result that does not come for so long may have been lost.
    private static readonly TimeSpan ResultPatience = TimeSpan.FromMinutes(10);

    /// <summary>What became of an attempt.</summary>
    public async ValueTask SettleAsync(MessageId id, long attemptId, Settlement settlement)
    {
        await core.LoadAsync();
        if (core.State.Sms?.Call is { } call && call.Attempt == attemptId)
        {
            await WakeUps.SettleAsync(core, call, settlement);
            await delivering.PumpAsync();
            return;
        }

        if (core.Mailbox.Find(id) is not { } item || item.Find(attemptId) is not { } attempt) return;
        if (settlement.Kind == SettlementKind.UnderWay)
        {
            item.GoOn(attempt, core.Now.ToUnixTimeMilliseconds());
            delivering.Quality.GoOn(item);
            return;
        }

        var detail = settlement.Detail;
        var route = attempt.Route;
        var bearer = route.Bearer;
        var turn = core.Begin();
        turn.State = turn.State with { Troubles = After(settlement.Kind, route, turn) };
        Action? then = null;
        switch (settlement.Kind)
        {
            case SettlementKind.Answered:
                turn.Seen(bearer == Bearer.Sms);
                if (!Participating.Answer(turn, core, item, settlement.Result!, detail, (bearer, AttemptResult.Answered)))
                    turn.End(item, settlement.Result!.Ok ? Outcome.Applied : Outcome.Rejected, detail, settlement.Result, (bearer, AttemptResult.Answered));
                break;
            case SettlementKind.Acknowledged when item.Record.Confirmation is Confirmation.Applied or Confirmation.Transaction:
                if (!attempt.IsStored) turn.Seen(bearer == Bearer.Sms);
                // A receipt is final, and the same text again would cost again.
                var again = attempt.IsStored ? DueTime.Of(item.Record.ExpiresAt) : Again(turn, ResultPatience);
                SmsDelivering.Settled(turn, item, attempt, settlement);
                then = () =>
                {
                    item.Steps.Add(new(turn.Now, $"acknowledged{Over(item, route)}; its result is awaited"));
                    item.Acknowledge(attempt, again, turn.Now, detail);
                };
                turn.WakeBy(again);
                break;
            case SettlementKind.Acknowledged:
                if (!attempt.IsStored) turn.Seen(bearer == Bearer.Sms);
                turn.End(item, item.Record.Confirmation == Confirmation.None ? Outcome.Sent : Outcome.Delivered, detail, how: (bearer, AttemptResult.Acknowledged));
                break;
            case SettlementKind.Stored when item.Record.Confirmation != Confirmation.None:
                SmsDelivering.Settled(turn, item, attempt, settlement);
                then = () =>
                {
                    item.Steps.Add(new(turn.Now, settlement.Detail ?? "stored on the way"));
                    item.Store(attempt);
                };
                break;
            case SettlementKind.InDoubt when item.Record.Confirmation != Confirmation.None:
                SmsDelivering.Settled(turn, item, attempt, settlement);
                then = () =>
                {
                    item.Steps.Add(new(turn.Now, settlement.Detail ?? "it may be stored on the way"));
                    // Of one that is to arrive at least once the attempt's deadline finds it.
                    if (core.Services.Classes.Of(item.Record.Terms).InDoubt == WhenInDoubt.AtMostOnce) item.Store(attempt);
                };
                break;
            case SettlementKind.Undeliverable when SmsDelivering.HasNoOtherWay(turn, item):
                turn.End(item, Outcome.Failed, detail, how: (bearer, AttemptResult.Undeliverable));
                break;
            case SettlementKind.Sent or SettlementKind.Lost or SettlementKind.Stored or SettlementKind.InDoubt when item.Record.Confirmation == Confirmation.None:
                turn.End(item, Outcome.Sent, detail, how: (bearer, ResultOf(settlement.Kind)));
                break;
            default:
                then = Fail(item, attempt, turn, settlement);
                break;
        }

        await core.CommitAsync(turn);
        if (settlement.Kind is SettlementKind.Acknowledged or SettlementKind.Answered) delivering.Paths.Measured(route, turn.NowMs - attempt.At);
        core.Services.Delivery.Attempted(bearer, ResultOf(settlement.Kind));
        MessageTrace.Span(item.Record, "m2m message pushed", DateTimeOffset.FromUnixTimeMilliseconds(attempt.At), "m2m.result", settlement.Kind.ToString());
        then?.Invoke();
        await delivering.PumpAsync();
    }

    /// <summary>By SMS, an attempt that was given up has arrived all the same: what is under way since then is not needed.</summary>
    public async ValueTask ArrivedLateAsync(MailboxItem item, StoredMessage stored, string detail)
    {
        var turn = core.Begin();
        if (item.Record.Confirmation == Confirmation.Applied)
        {
            turn.State = turn.State with { Sms = SmsState.With(turn.State.Sms, new(item.Record.Id, stored.Attempt, [], [], true)) };
            await core.CommitAsync(turn);
            item.Steps.Add(new(turn.Now, $"{detail}; its result is awaited"));
            item.Acknowledge(new(stored.Attempt, new(Bearer.Sms, null), null, turn.NowMs), DueTime.Of(item.Record.ExpiresAt), turn.Now, detail);
        }
        else
        {
            turn.End(item, item.Record.Confirmation == Confirmation.None ? Outcome.Sent : Outcome.Delivered, detail, how: (Bearer.Sms, AttemptResult.Acknowledged));
            await core.CommitAsync(turn);
        }

        await delivering.PumpAsync();
    }

    /// <summary>What is remembered of the route's failures after this; that the object is busy is none of the way's.</summary>
    private PathTrouble[]? After(SettlementKind kind, Route route, Turn turn) => kind switch
    {
        SettlementKind.Lost => Troubles.Failed(turn.State.Troubles, route, turn.NowMs, core.Services.Figures.Options),
        SettlementKind.Acknowledged or SettlementKind.Answered => Troubles.Succeeded(turn.State.Troubles, route, turn.NowMs, core.Services.Figures.Options),
        _ => turn.State.Troubles,
    };

    /// <summary>The attempt came to nothing: the message is tried again later, if no other has taken its place meanwhile.</summary>
    private Action? Fail(MailboxItem item, Attempt attempt, Turn turn, Settlement settlement)
    {
        var busy = settlement.Kind == SettlementKind.Busy;
        SmsDelivering.Settled(turn, item, attempt, settlement);
        if (item.Attempts.Count == 1 && core.Mailbox.HasLater(item.Record))
        {
            turn.End(
                item, Outcome.Superseded, busy ? "by a later message with the same key" : "by a later message with the same key; it may have arrived",
                how: (attempt.Route.Bearer, ResultOf(settlement.Kind)));
            return null;
        }

        var at = Again(turn, (busy ? settlement.RetryAfter : null) ?? Backoff(item, core.Services.Classes.Of(item.Record.Terms)));
        turn.WakeBy(at);
        return () =>
        {
            var words = busy ? "the object is busy" : "no answer";
            item.Steps.Add(new(turn.Now, $"{words}{Over(item, attempt.Route)}{(settlement.Detail is null ? "" : ": " + settlement.Detail)}"));
            if (busy)
            {
                item.Postpone(attempt, at, turn.Now, settlement.Detail);
                return;
            }

            if (attempt.Over is { } over) delivering.Paths.TryLatestAddress(over);
            if (settlement.Kind == SettlementKind.Undeliverable) item.BarFromSms();
            item.Fail(attempt, at, ResultOf(settlement.Kind), turn.Now, settlement.Detail);
        };
    }

    private static string Over(MailboxItem item, Route route) => item.Paths is null ? "" : $" over {route}";

    /// <summary>The object has the message in its hands: it is pushed only if no result comes for long.</summary>
    public static void Fetch(MailboxItem item, Turn turn, Bearer bearer) => item.Fetch(bearer, Again(turn, ResultPatience), turn.Now);

    private static AttemptResult ResultOf(SettlementKind kind) => kind switch
    {
        SettlementKind.Stored => AttemptResult.Stored,
        SettlementKind.Undeliverable => AttemptResult.Undeliverable,
        SettlementKind.InDoubt => AttemptResult.Unheard,
        _ => (AttemptResult)kind,
    };

    private static long Again(Turn turn, TimeSpan after) => turn.NowMs + (long)after.TotalMilliseconds;

    private static TimeSpan Backoff(MailboxItem item, ServiceClass by) =>
        TimeSpan.FromTicks(Math.Min(by.FirstRetry.Ticks << Math.Min(item.Failures, 16), by.LastRetry.Ticks));
}
