namespace M2MCluster.Contracts.Messages;

/// <summary>
/// What becomes of a message that was handed to a service that stores messages (an SMSC), and nobody knows whether that has it: no response came, or the node was killed before it was on disk.
/// Where the devices themselves answer, a message that may have been lost is sent again under the same id.
/// </summary>
public enum WhenInDoubt
{
    /// <summary>It is not sent again that way; if nothing is heard until it expires it ends <see cref="Outcome.Unknown"/>.</summary>
    AtMostOnce = 0,

    /// <summary>It is sent again if nothing is heard for two minutes, and may arrive twice.</summary>
    AtLeastOnce = 1,
}
