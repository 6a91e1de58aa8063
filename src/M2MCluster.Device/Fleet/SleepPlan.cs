namespace M2MCluster.Device.Fleet;

/// <summary>When a simulated device sleeps, and what the network does to it meanwhile.</summary>
/// <param name="Awake">How long it listens after its report; positive.</param>
/// <param name="Asleep">How long it then hears nothing; positive.</param>
/// <param name="Rebinds">Whether it comes back from another port each time (NAT).</param>
/// <param name="IsTold">Whether it reports when the platform tells it to, where it is told; <paramref name="Asleep"/> counts else.</param>
public sealed record SleepPlan(TimeSpan Awake, TimeSpan Asleep, bool Rebinds = false, bool IsTold = false)
{
    /// <summary>How well it is to know the platform's time where it samples when all others do; while it does, it does not ask again. Default 10 ms.</summary>
    public TimeSpan Accuracy { get; init; } = TimeSpan.FromMilliseconds(10);
}
