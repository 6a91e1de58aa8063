namespace M2MCluster.Device.Coap;

/// <summary>How bad the way between device and platform is. May be changed at any time.</summary>
public sealed class DeviceLink(Random? random = null)
{
    private readonly Random _random = random ?? Random.Shared;

    /// <summary>The part of the datagrams that is dropped in each direction, 0–1.</summary>
    public double Loss { get; set; }

    /// <summary>Datagrams dropped so far, asleep or lost.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    private long _dropped;

    internal bool Drops()
    {
        if (Loss <= 0 || _random.NextDouble() >= Loss) return false;
        CountDropped();
        return true;
    }

    internal void CountDropped() => Interlocked.Increment(ref _dropped);
}
