using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// Calls an object by SMS that cannot be reached otherwise, or does not confirm, for an urgent message: it is to show up, and gets the message over IP then (4.1.d). Each
/// call costs, so they are rare, and on disk before they are made.
/// </summary>
internal static class WakeUps
{
    private const long LeastWait = 1000;

    private static readonly TimeSpan NotSentRetry = TimeSpan.FromSeconds(30);

    /// <summary>What is to be done now.</summary>
    /// <param name="For">The message for whose sake the object is called; null: it is not called now.</param>
    /// <param name="LookAt">Unix milliseconds at which it may have to be; <see cref="long.MaxValue"/>: not unless something happens.</param>
    public readonly record struct Plan(MailboxItem? For, long LookAt)
    {
        public static readonly Plan Nothing = new(null, long.MaxValue);
    }

    public static Plan Look(ObjectCore core, DateTimeOffset now)
    {
        var options = core.Services.WakeUp;
        if (core.Description is null || SmsWay.ChannelOf(core) is null || InVain(core.State) >= options.MostInVain) return Plan.Nothing;
        if (core.Mailbox.InOrder.FirstOrDefault(item => IsWorthACall(core, item, now)) is not { } urgent) return Plan.Nothing;

        var (nowMs, patience) = (now.ToUnixTimeMilliseconds(), (long)Urgency.PatienceFor(core, urgent).TotalMilliseconds);
        var due = Math.Max(AwaitedSince(core, urgent) is { } since ? since + patience : 0, NextCall(core.State, options));
        if (core.State.SeenAt != 0 && !core.State.Left && core.Listens(nowMs)) due = Math.Max(due, core.State.SeenAt + patience);
        if (!urgent.MayTry(nowMs)) due = Math.Max(due, Math.Max(urgent.RetryAt, urgent.TurnAfter(nowMs)?.At ?? 0));
        if (due > nowMs) return new(null, due);
        var called = Called(core.State, new(0, urgent.Record.Id), nowMs);
        return new(urgent, InVain(called) >= options.MostInVain ? long.MaxValue : NextCall(called, options));
    }

    /// <summary>A call is a short message, for which the bearer's budget has to have room as for any other.</summary>
    public static async ValueTask<Plan> AdmitAsync(ObjectCore core, Plan plan, DateTimeOffset now)
    {
        var planner = core.Services.Planner;
        if (plan.For is not { } urgent || !planner.Plans(Bearer.Sms))
        {
            core.CallHold = null;
            return plan;
        }

        var permit = await planner.AdmitAsync(Bearer.Sms, core.Sharing.Over(core.Description!), urgent.Record with { Payload = new byte[WakeUp.Size] }, core.CallHold);
        core.CallHold = permit.Granted ? null : permit.Hold;
        return permit.Granted ? plan : new(null, Math.Max(DueTime.Of(permit.Hold?.At ?? now), now.ToUnixTimeMilliseconds() + LeastWait));
    }

    /// <summary>The state once the object is called.</summary>
    public static ObjectState Called(ObjectState state, WakeUpCall call, long nowMs) =>
        state with { WokenAt = nowMs, WakeUps = InVain(state) + 1, Sms = SmsState.WithCall(state.Sms, call with { NotSent = NotSent(state) }) };

    /// <summary>The edge has handed the call over, or could not.</summary>
    public static ValueTask SettleAsync(ObjectCore core, WakeUpCall call, Settlement settlement)
    {
        var retryAt = core.Now + NotSentPause(settlement.RetryAfter ?? NotSentRetry, call.NotSent, core.Services.WakeUp);
        return call.After(settlement, retryAt.ToUnixTimeMilliseconds()) is { } next ? HeardAsync(core, call, next, settlement.Detail ?? next.Words) : default;
    }

    /// <summary>Something was heard of the call.</summary>
    public static async ValueTask HeardAsync(ObjectCore core, WakeUpCall call, WakeUpCall next, string words)
    {
        var turn = core.Begin();
        turn.State = turn.State with { Sms = SmsState.WithCall(turn.State.Sms, next) };
        // What nobody could have heard was no call in vain.
        if (next.Standing == CallStanding.NotSent && call.Standing != CallStanding.NotSent)
        {
            turn.State = turn.State with { WakeUps = Math.Max(0, turn.State.WakeUps - 1) };
            turn.WakeBy(next.RetryAt);
        }

        await core.CommitAsync(turn);
        core.Mailbox.Find(call.For)?.Steps.Add(new(turn.Now, $"the call: {words}"));
    }

    /// <summary>Sends the call; that it may be sent is on disk.</summary>
    public static void Call(ObjectCore core, MailboxItem item, DateTimeOffset now)
    {
        if (core.State.Sms?.Call is not { } call || SmsWay.ChannelOf(core) is not { } phone) return;
        var cost = core.Services.Figures.Cost(new(Bearer.Sms, null), 0, now);
        item.Steps.Add(new(now, string.Create(
            CultureInfo.InvariantCulture,
            $"called the object by SMS, for {cost:0.####}: call {core.State.WakeUps} since it was heard of, {(Latest(core)?.Next is { } next ? $"the next not before {next:u}" : "the last")}")));
        // One that waits at the SMSC when the next is made would be a second one.
        var until = Latest(core)?.Next is { } after && after < item.Record.ExpiresAt ? after : item.Record.ExpiresAt;
        phone.Edge.Deliver(phone.Session, WakeUp.For(core.Id, call.Attempt, item.Record.Id, until)).Ignore();
    }

    /// <summary>Whether the object has what only its grain can do: a sleeper's turn is not taken by its rows then.</summary>
    public static bool MayBeNeeded(ObjectCore core) => core.Description is { } description
        && SmsWay.NumberOf(description) is not null && core.Mailbox.InOrder.Any(item => IsWorthACall(core, item, core.Now));

    /// <summary>When it was called and when it may be again; null: it was not, or was heard of since. Next null: not again before it is heard of.</summary>
    public static (DateTimeOffset At, DateTimeOffset? Next, string Words)? Latest(ObjectCore core)
    {
        if (core.State.WokenAt <= core.State.SeenAt || core.State.WokenAt == 0) return null;
        var isLast = InVain(core.State) >= core.Services.WakeUp.MostInVain;
        var words = core.State.Sms?.Call is { } call ? $", {call.Words}" : "";
        return (
            DateTimeOffset.FromUnixTimeMilliseconds(core.State.WokenAt), isLast ? null : NextAt(core.State, core.Services.WakeUp),
            isLast ? $"{words}; after {InVain(core.State)} calls in vain it is not called again before it is heard of" : words);
    }

    private static bool IsWorthACall(ObjectCore core, MailboxItem item, DateTimeOffset now) =>
        Urgency.IsWorthACall(core, item) && item.Record.IsOpen(now) && !item.Fetched && item.Attempts.All(attempt => attempt.Route.Bearer != Bearer.Sms);

    /// <summary>When the latest push of the message began, or else the first of any other that is under way.</summary>
    private static long? AwaitedSince(ObjectCore core, MailboxItem urgent)
    {
        var own = urgent.Attempts.Where(attempt => !attempt.IsStored).Select(attempt => (long?)attempt.At).Max();
        return own ?? core.Mailbox.InOrder.SelectMany(item => item.Attempts).Where(attempt => !attempt.IsStored).Select(attempt => (long?)attempt.At).Min();
    }

    private static int InVain(ObjectState state) => state.WokenAt > state.SeenAt ? state.WakeUps : 0;

    private static int NotSent(ObjectState state) => state.Sms?.Call is { Standing: CallStanding.NotSent } call ? call.NotSent : 0;

    /// <summary>Doubled with each call in a row that was not sent, up to the interval of those that were.</summary>
    private static TimeSpan NotSentPause(TimeSpan first, int before, WakeUpOptions options) =>
        TimeSpan.FromMilliseconds(Math.Max(first.TotalMilliseconds, Math.Min(first.TotalMilliseconds * Math.Pow(2, before), options.Interval.TotalMilliseconds)));

    private static long NextCall(ObjectState state, WakeUpOptions options) => state.WokenAt == 0 ? 0
        : state.Sms?.Call is { Standing: CallStanding.NotSent } call ? call.RetryAt
        : state.WokenAt + (long)Math.Min(options.Interval.TotalMilliseconds * Math.Pow(2, Math.Max(0, InVain(state) - 1)), options.LongestInterval.TotalMilliseconds);

    private static DateTimeOffset NextAt(ObjectState state, WakeUpOptions options) => DateTimeOffset.FromUnixTimeMilliseconds(NextCall(state, options));
}
