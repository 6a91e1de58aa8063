namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>How far a message that was handed in for sending has come.</summary>
public enum CoapOutgoingState
{
    /// <summary>Waits for NSTART.</summary>
    Queued,

    /// <summary>Sent as confirmable, not acknowledged yet.</summary>
    AwaitsAcknowledgement,

    /// <summary>A request that was acknowledged, or sent as non-confirmable.</summary>
    AwaitsResponse,

    /// <summary>A request with Observe whose first notification came; more may follow until it is cancelled.</summary>
    Observes,

    /// <summary>A non-confirmable message that is no request, kept so that a Reset to it can be told.</summary>
    AwaitsReset,

    Done,
}
