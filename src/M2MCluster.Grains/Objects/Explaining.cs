using System.Globalization;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Says in words, and as data, why a message is where it is.</summary>
internal static class Explaining
{
    public static Explanation Ended(MessageRecord record) => new(
        record,
        $"Ended {record.Outcome.ToString()!.ToUpperInvariant()} at {record.EndedAt:u}{(record.Detail is null ? "" : ": " + record.Detail)}.",
        null, null, 0, MessageState.Ended);

    public static Explanation Waiting(ObjectCore core, MailboxItem item, int ahead, Channel? route)
    {
        var (reason, waitsFor, until) = Wait(core, item, ahead, route);
        var record = item.Record with { Steps = [.. item.Steps], Trail = item.Trail?.ToRecord(), Paths = item.Paths, Quality = item.Quality };
        return new(record, $"Waits for {waitsFor}.", waitsFor, until, ahead, item.State, reason);
    }

    private static (WaitReason Reason, string For, DateTimeOffset? Until) Wait(ObjectCore core, MailboxItem item, int ahead, Channel? route)
    {
        var now = core.Now;
        if (item is { Fetched: true, Attempts: [{ IsStored: true }] }) return (WaitReason.Result, "the object's result; it has the message", item.Record.ExpiresAt);
        if (item.Attempts is [{ IsStored: true }]) return (WaitReason.Confirmation, "the receipt of the SMSC, which has it", item.Record.ExpiresAt);
        if (item.Record.Transaction is { IsHeld: true } role) return WaitForDecision(item.Record, role);
        if (item.IsPushed && item.Attempts.All(attempt => attempt.Route.Bearer == Bearer.Sms)) return (WaitReason.Confirmation, "the SMSC to take it", null);
        if (item.IsPushed)
            return (WaitReason.Confirmation, $"the object to confirm the push over {string.Join(" and ", item.Attempts.Select(attempt => attempt.Route))}", null);
        if (item.Fetched) return (WaitReason.Result, "the object's result; it has fetched the message", item.Record.ExpiresAt);
        if (!core.MayHave(item.Record, now)) return Held(core, item.Record, now);
        if (item.AwaitsQuality && item.RetryAt > now.ToUnixTimeMilliseconds())
            return (WaitReason.Quality, $"the network of {item.Quality!.Bearer.ToString().ToUpperInvariant()} to answer what it was asked for", DateTimeOffset.FromUnixTimeMilliseconds(item.RetryAt));
        if (item.TurnAfter(now.ToUnixTimeMilliseconds()) is var (bearer, at))
            return (WaitReason.Turn, $"its turn, since the budget of {bearer.ToString().ToUpperInvariant()} is used up", DateTimeOffset.FromUnixTimeMilliseconds(at));
        if (item.RetryAt > now.ToUnixTimeMilliseconds())
            return (WaitReason.Retry, $"the next attempt, after {item.Failures} without an answer", DateTimeOffset.FromUnixTimeMilliseconds(item.RetryAt));
        if (route is not null && ahead > 0) return (WaitReason.Turn, $"{ahead} message(s) that go first", null);
        if (Urgency.IsWorthACall(core, item) && WakeUps.Latest(core) is { } call)
            return (WaitReason.Wake, $"the object to show up; it was called by SMS at {call.At:u}{call.Words}", call.Next);
        if (Urgency.IsWorthACall(core, item) && core.CallHold is { } hold) return (WaitReason.Turn, "the object to be called by SMS, since the budget of SMS is used up", hold.At);
        return WaitForObject(core, route);
    }

    private static (WaitReason Reason, string For, DateTimeOffset? Until) Held(ObjectCore core, MessageRecord record, DateTimeOffset now)
    {
        if (record.OpensAt > now) return (WaitReason.Window, Opening(record, now), record.OpensAt);
        if (core.Description!.Hold is { } hold && hold.Bars(record, now))
            return (WaitReason.Hold, $"{Contracts.Names.Applications}{hold.Application} to release the object's commands", hold.Until);
        if (record.Terms?.Constraint is not { } constraint) return (WaitReason.None, "its end; it has expired", record.ExpiresAt);
        var known = core.Services.Constraints.Known(constraint, core.Sharing.Over(core.Description), core.State.Conditions);
        return (WaitReason.Constraint, $"its constraint '{constraint}' to hold: {known}; it expires at {record.ExpiresAt:u}", null);
    }

    private static (WaitReason Reason, string For, DateTimeOffset? Until) WaitForDecision(MessageRecord part, TransactionRole role) =>
        role.Phase == TransactionPhase.TakenBack ? (WaitReason.Result, "the object to hear that it was taken back", null)
        : part is { IsDecidedAlone: false, Parent: { } whole } ? (WaitReason.Turn, $"the decision of {Contracts.Names.Messages}{whole}, and its carrying out; the object has prepared", null)
        : (WaitReason.Result, "the object to carry out what it has prepared", null);

    private static (WaitReason Reason, string For, DateTimeOffset? Until) WaitForObject(ObjectCore core, Channel? route)
    {
        var (reachability, until) = core.Reachability(core.Now.ToUnixTimeMilliseconds());
        DateTimeOffset? change = until == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(until);
        return reachability switch
        {
            Reachability.Unknown => (WaitReason.FirstContact, "the object to be heard of for the first time", null),
            Reachability.Asleep => (WaitReason.Wake, "the object to wake", ReachabilityPolicy.ExpectedAt(core.State, core.TraitsOf(core.Description!))),
            Reachability.Suspended => (WaitReason.Wake, "the object to switch its radio on", change),
            Reachability.Overdue => (WaitReason.Return, "the object, which should have been heard of by now", null),
            Reachability.Unreachable => (WaitReason.Return, "the object to come back", null),
            _ => core.Description!.Gateway is { } gateway && route is null
                ? (WaitReason.Fetch, $"the object, or its gateway {gateway}, to fetch it", change)
                : (WaitReason.Fetch, "the object to fetch it", change),
        };
    }

    private static string Opening(MessageRecord message, DateTimeOffset now) => message.Part.HasFlag(PartTraits.Cast) ? "the object's answer to the datagram that went to its group address"
        : message.Plan is not { } plan || message.Terms?.NotBefore > now ? "its window, which has not come yet"
        : string.Create(CultureInfo.InvariantCulture, $"its slot of {plan.Bearer.ToString().ToUpperInvariant()} at {plan.At:u}, ") + (!plan.HasRoom ? "the end of its window, since all before it are full"
        : plan.Price < plan.PriceNow ? string.Create(CultureInfo.InvariantCulture, $"because it is cheaper then: {plan.Price} instead of {plan.PriceNow}")
        : "because there is more room then, for the same price");
}
