namespace M2MCluster.Contracts.Messages;

/// <summary>What a message may want of its object and the way to it.</summary>
[Flags]
public enum ServiceAttributes
{
    None = 0,
    /// <summary>To be there in time.</summary>
    Delay = 1,
    /// <summary>Bits a second.</summary>
    Bandwidth = 2,
    /// <summary>To be confirmed.</summary>
    Reliability = 4,
    /// <summary>To go over certain bearers.</summary>
    Bearer = 8,
    /// <summary>To be taken at its size.</summary>
    Size = 16,
    /// <summary>That its constraint can be decided.</summary>
    Constraint = 32,
}
