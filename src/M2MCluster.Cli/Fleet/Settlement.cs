namespace M2MCluster.Cli.Fleet;

/// <summary>Waits at the end of a run for what is still on its way.</summary>
internal static class Settlement
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Until it holds, or the patience ends.</summary>
    public static async Task WaitAsync(Func<bool> holds, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!holds() && time.GetElapsedTime(start) < patience) await Task.Delay(LookEvery, time, cancellationToken);
    }
}
