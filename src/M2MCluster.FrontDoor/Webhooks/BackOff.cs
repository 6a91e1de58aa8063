namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>Exponential back-off from one second, with full jitter over its upper half.</summary>
internal static class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <param name="failures">In a row, from 1.</param>
    public static TimeSpan After(int failures, TimeSpan longest)
    {
        var whole = Math.Min(longest.TotalSeconds, First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30)));
#pragma warning disable CA5394 // Jitter is no secret.
        return TimeSpan.FromSeconds(whole / 2 * (1 + Random.Shared.NextDouble()));
#pragma warning restore CA5394
    }
}
