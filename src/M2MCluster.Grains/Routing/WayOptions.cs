namespace M2MCluster.Grains.Routing;

/// <summary>The operator's figures of a way. Costs are in one unit for all ways, whichever that is.</summary>
public sealed class WayOptions
{
    /// <summary>0 to 1,000,000.</summary>
    public double CostPerMessage { get; set; }

    /// <summary>For each 1,024 bytes of payload, parts counted; 0 to 1,000,000.</summary>
    public double CostPerKilobyte { get; set; }

    /// <summary>Expected from the push until the object confirms, as long as nothing was measured; 1 ms to 1 day.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether the object's having it is told; the reliable preference takes ways that do first.</summary>
    public bool Confirms { get; set; } = true;

    internal bool IsValid => CostPerMessage is >= 0 and <= 1e6 && CostPerKilobyte is >= 0 and <= 1e6
        && Delay >= TimeSpan.FromMilliseconds(1) && Delay <= TimeSpan.FromDays(1);
}
