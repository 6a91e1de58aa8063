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
        if (!item.Record.IsOpen(now)) return ("its window, which has not come yet", item.Record.Terms?.NotBefore);
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
}
