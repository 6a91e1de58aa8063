namespace M2MCluster.Grains.Routing;

/// <summary>What is remembered of failures: nothing of ways that never failed, and of the others only for a while.</summary>
internal static class Troubles
{
    // As much as is left of one failure after more than three half-lives.
    private const double Forgotten = 0.1;
    private const int MostRemembered = 8;
    private const int MostDoublings = 20;

    public static PathTrouble? Of(PathTrouble[]? troubles, Route route) => troubles is null ? null : Array.Find(troubles, trouble => trouble.Is(route));

    /// <summary>An attempt over the route failed: it rests, the longer the more failed in a row.</summary>
    public static PathTrouble[]? Failed(PathTrouble[]? troubles, Route route, long now, PathOptions options)
    {
        var former = Of(troubles, route);
        var inARow = (former?.InARow ?? 0) + 1;
        var rest = TimeSpan.FromTicks(Math.Min(options.FirstRest.Ticks * Math.Pow(2, Math.Min(inARow - 1, MostDoublings)), options.LongestRest.Ticks) is var ticks ? (long)ticks : 0);
        var failures = (former?.FailuresAt(now, options.FailureHalfLife) ?? 0) + 1;
        PathTrouble trouble = new(route.Bearer, route.Gateway, failures, now, now + (long)rest.TotalMilliseconds, inARow);
        return [trouble, .. Others(troubles, route, now, options).Take(MostRemembered - 1)];
    }

    /// <summary>An attempt over the route succeeded. The same array if nothing was known of it.</summary>
    public static PathTrouble[]? Succeeded(PathTrouble[]? troubles, Route route, long now, PathOptions options)
    {
        if (Of(troubles, route) is not { } former) return troubles;
        var left = former.FailuresAt(now, options.FailureHalfLife);
        PathTrouble[] kept = left < Forgotten
            ? [.. Others(troubles, route, now, options)]
            : [former with { Failures = left, At = now, RestsUntil = 0, InARow = 0 }, .. Others(troubles, route, now, options)];
        return kept.Length == 0 ? null : kept;
    }

    private static IEnumerable<PathTrouble> Others(PathTrouble[]? troubles, Route route, long now, PathOptions options) =>
        (troubles ?? []).Where(trouble => !trouble.Is(route) && (trouble.RestsUntil > now || trouble.FailuresAt(now, options.FailureHalfLife) >= Forgotten));
}
