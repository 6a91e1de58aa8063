namespace M2MCluster.Contracts.Qos;

/// <summary>What a network said to one request.</summary>
public enum QosAnswerKind
{
    /// <summary>Nothing, or that it has no time: nobody knows what it did.</summary>
    Silent = 0,
    /// <summary>The session is being set up.</summary>
    Requested = 1,
    /// <summary>The session holds.</summary>
    Available = 2,
    /// <summary>The session ended.</summary>
    Unavailable = 3,
    /// <summary>No.</summary>
    Refused = 4,
    /// <summary>Not with this profile; with another perhaps.</summary>
    ProfileRefused = 5,
    /// <summary>There is no such session, any more.</summary>
    Gone = 6,
}
