using System.Globalization;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Says in words why a message is where it is.</summary>
internal static class Explaining
{
    public static Explanation Ended(MessageRecord record) => new(
        record,
        $"Ended {record.Outcome.ToString()!.ToUpperInvariant()} at {record.EndedAt:u}{(record.Detail is null ? "" : ": " + record.Detail)}.",
        null, null, 0);

    public static Explanation Waiting(ObjectCore core, MailboxItem item, int ahead, Channel? route)
    {
        var (waitsFor, until) = Wait(core, item, ahead, route);
        return new(item.Record with { Steps = [.. item.Steps] }, $"Waits for {waitsFor}.", waitsFor, until, ahead);
    }

    private static (string For, DateTimeOffset? Until) Wait(ObjectCore core, MailboxItem item, int ahead, Channel? route)
    {
        var now = core.Now;
        var (reachability, until) = core.Reachability(now.ToUnixTimeMilliseconds());
        DateTimeOffset? change = until == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(until);
        if (item.Attempt != 0) return ($"the object to confirm the push over {item.Over!.Bearer.ToString().ToUpperInvariant()}", null);
        if (item.Fetched) return ("the object's result; it has fetched the message", item.Record.ExpiresAt);
        if (!item.Record.IsOpen(now)) return (Opening(item.Record, now), item.Record.OpensAt);
        if (item.Awaits is { } bearer && item.RetryAt > now.ToUnixTimeMilliseconds())
            return ($"its turn, since the budget of {bearer.ToString().ToUpperInvariant()} is used up", DateTimeOffset.FromUnixTimeMilliseconds(item.RetryAt));
        if (item.RetryAt > now.ToUnixTimeMilliseconds())
            return ($"the next attempt, after {item.Failures} without an answer", DateTimeOffset.FromUnixTimeMilliseconds(item.RetryAt));
        if (route is not null && ahead > 0) return ($"{ahead} message(s) that go first", null);
        return reachability switch
        {
            Reachability.Unknown => ("the object to be heard of for the first time", null),
            Reachability.Asleep => ("the object to wake", ReachabilityPolicy.ExpectedAt(core.State, core.TraitsOf(core.Description!))),
            Reachability.Overdue => ("the object, which should have been heard of by now", null),
            Reachability.Unreachable => ("the object to come back", null),
            _ => core.Description!.Gateway is { } gateway && route is null
                ? ($"the object, or its gateway {gateway}, to fetch it", change)
                : ("the object to fetch it", change),
        };
    }

    private static string Opening(MessageRecord message, DateTimeOffset now) => message.Plan is not { } plan || message.Terms?.NotBefore > now ? "its window, which has not come yet"
        : string.Create(CultureInfo.InvariantCulture, $"its slot of {plan.Bearer.ToString().ToUpperInvariant()} at {plan.At:u}, ") + (!plan.HasRoom ? "the end of its window, since all before it are full"
        : plan.Price < plan.PriceNow ? string.Create(CultureInfo.InvariantCulture, $"because it is cheaper then: {plan.Price} instead of {plan.PriceNow}")
        : "because there is more room then, for the same price");
}
