namespace M2MCluster.Contracts.Qos;

/// <summary>How the network stands to what was asked of it.</summary>
public enum QosStatus
{
    /// <summary>Asked, and not answered yet.</summary>
    Asking = 0,
    /// <summary>A session holds; see whether it is degraded.</summary>
    Granted = 1,
    /// <summary>There is no session, for the reason told.</summary>
    Refused = 2,
    /// <summary>There was a session, and another flow, or the network, took it.</summary>
    Revoked = 3,
    /// <summary>The network's adapter does not answer; it is asked again.</summary>
    Unavailable = 4,
    /// <summary>Released, or its time is over.</summary>
    Ended = 5,
}
