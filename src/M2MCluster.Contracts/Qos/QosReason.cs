namespace M2MCluster.Contracts.Qos;

/// <summary>Why a flow has less than it asked for.</summary>
public enum QosReason
{
    None = 0,
    /// <summary>The bearer's capacity is used up.</summary>
    Capacity = 1,
    /// <summary>The cell's share is used up.</summary>
    CellCapacity = 2,
    /// <summary>No profile of the network gives as much.</summary>
    NoProfile = 3,
    /// <summary>The network said no.</summary>
    NetworkRefused = 4,
    /// <summary>The network does not answer, or has no time.</summary>
    NetworkSilent = 5,
    /// <summary>A flow of higher precedence took it.</summary>
    Precedence = 6,
    /// <summary>The network ended the session.</summary>
    NetworkTerminated = 7,
    /// <summary>The object has neither a number nor an address by which the network knows it.</summary>
    NoIdentifier = 8,
    /// <summary>No network of the bearers over which it goes can be asked.</summary>
    NoNetwork = 9,
}
