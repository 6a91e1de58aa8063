namespace M2MCluster.Grains.Qos;

/// <summary>A profile of the network, and what it gives.</summary>
public sealed class QosProfileOptions
{
    /// <summary>The network's name of it, as <c>QOS_L</c>: 3 to 256 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Bits a second, more than 0: what a session of it takes of the capacity.</summary>
    public long Bandwidth { get; set; }

    /// <summary>The delay that it keeps to; null: any.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>Flows of a higher precedence take another, if there is one; 0 to 7, default 7.</summary>
    public int Precedence { get; set; } = 7;
}
