using System.Globalization;
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
        if (core.Description is null || SmsWay.ChannelOf(core) is null) return Plan.Nothing;
        if (core.Mailbox.InOrder.FirstOrDefault(item => IsWorthACall(core, item, now)) is not { } urgent) return Plan.Nothing;

        var (nowMs, patience) = (now.ToUnixTimeMilliseconds(), (long)Urgency.PatienceFor(core, urgent).TotalMilliseconds);
        var due = Math.Max(AwaitedSince(core, urgent) is { } since ? since + patience : 0, NextCall(core.State, options));
        if (core.State.SeenAt != 0 && !core.State.Left && core.Listens(nowMs)) due = Math.Max(due, core.State.SeenAt + patience);
        if (!urgent.MayTry(nowMs)) due = Math.Max(due, Math.Max(urgent.RetryAt, urgent.TurnAfter(nowMs)?.At ?? 0));
        return due <= nowMs ? new(urgent, NextCall(Called(core.State, nowMs), options)) : new(null, due);
    }

    /// <summary>The state once the object is called.</summary>
    public static ObjectState Called(ObjectState state, long nowMs) => state with { WokenAt = nowMs, WakeUps = InVain(state) + 1 };

    /// <summary>Sends the call; that it may be sent is on disk.</summary>
    public static void Call(ObjectCore core, MailboxItem item, DateTimeOffset now)
    {
        if (SmsWay.ChannelOf(core) is not { } phone) return;
        var cost = core.Services.Figures.Cost(new(Bearer.Sms, null), 0, now);
        item.Steps.Add(new(now, string.Create(
            CultureInfo.InvariantCulture,
            $"called the object by SMS, for {cost:0.####}: call {core.State.WakeUps} since it was heard of, the next not before {NextAt(core.State, core.Services.WakeUp):u}")));
        phone.Edge.Deliver(phone.Session, WakeUp.For(core.Id, item.Record.Id, item.Record.ExpiresAt)).Ignore();
    }

    /// <summary>Whether the object has what only its grain can do: a sleeper's turn is not taken by its rows then.</summary>
    public static bool MayBeNeeded(ObjectCore core) => core.Description is { } description
        && SmsWay.NumberOf(description) is not null && core.Mailbox.InOrder.Any(item => IsWorthACall(core, item, core.Now));

    /// <summary>When it was called and when it may be again; null: it was not, or was heard of since.</summary>
    public static (DateTimeOffset At, DateTimeOffset Next)? Latest(ObjectCore core) => InVain(core.State) == 0
        ? null
        : (DateTimeOffset.FromUnixTimeMilliseconds(core.State.WokenAt), NextAt(core.State, core.Services.WakeUp));

    private static bool IsWorthACall(ObjectCore core, MailboxItem item, DateTimeOffset now) =>
        Urgency.IsWorthACall(core, item) && item.Record.IsOpen(now) && !item.Fetched && item.Attempts.All(attempt => attempt.Route.Bearer != Bearer.Sms);

    /// <summary>When the latest push of the message began, or else the first of any other that is under way.</summary>
    private static long? AwaitedSince(ObjectCore core, MailboxItem urgent)
    {
        var own = urgent.Attempts.Where(attempt => !attempt.IsStored).Select(attempt => (long?)attempt.At).Max();
        return own ?? core.Mailbox.InOrder.SelectMany(item => item.Attempts).Where(attempt => !attempt.IsStored).Select(attempt => (long?)attempt.At).Min();
    }

    private static int InVain(ObjectState state) => state.WokenAt > state.SeenAt ? state.WakeUps : 0;

    private static long NextCall(ObjectState state, WakeUpOptions options) => state.WokenAt == 0 ? 0
        : state.WokenAt + (long)Math.Min(options.Interval.TotalMilliseconds * Math.Pow(2, Math.Max(0, InVain(state) - 1)), options.LongestInterval.TotalMilliseconds);

    private static DateTimeOffset NextAt(ObjectState state, WakeUpOptions options) => DateTimeOffset.FromUnixTimeMilliseconds(NextCall(state, options));
}
