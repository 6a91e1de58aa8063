namespace M2MCluster.System.Tests.Faults;

/// <summary>How long after each fault each device waited for its next acknowledgement.</summary>
internal static class Recovery
{
    /// <summary>By kind of fault, in milliseconds, ascending. A device that never had one again does not count; the checker finds it.</summary>
    public static ILookup<string, long> Of(IReadOnlyList<(long Ms, string What, string[] Whom)> log)
    {
        var devices = log.Where(line => line.What == "acknowledged").ToLookup(line => line.Whom[0], line => line.Ms);
        return log.Where(line => line.What == "fault")
            .SelectMany(fault => devices.Select(times => (Kind: fault.Whom[0], Took: times.Where(at => at >= fault.Ms).Select(at => at - fault.Ms).DefaultIfEmpty(-1).First())))
            .Where(one => one.Took >= 0).OrderBy(one => one.Took).ToLookup(one => one.Kind, one => one.Took);
    }

    /// <summary>One line a kind of fault.</summary>
    public static IEnumerable<string> Tell(ILookup<string, long> recovery) => recovery.OrderBy(kind => kind.Key).Select(kind =>
    {
        long[] took = [.. kind];
        return FormattableString.Invariant($"  {kind.Key,-14} {took.Length,5} devices: p50 {At(took, 50)} ms, p90 {At(took, 90)} ms, p99 {At(took, 99)} ms, at most {took[^1]} ms");
    });

    private static long At(long[] ascending, int percent) => ascending[(ascending.Length - 1) * percent / 100];
}
