namespace M2MCluster.Protocols.Coap.Messaging;

/// <summary>
/// Transmission parameters (RFC 7252 section 4.8) and the bounds of the message layer. All times are milliseconds.
/// </summary>
public sealed record CoapTransmission
{
    public static readonly CoapTransmission Default = new();

    /// <summary>ACK_TIMEOUT, default 2,000; 10,000–20,000 suits NB-IoT.</summary>
    public long AckTimeout { get; init; } = 2_000;

    /// <summary>ACK_RANDOM_FACTOR, at least 1.</summary>
    public double AckRandomFactor { get; init; } = 1.5;

    /// <summary>MAX_RETRANSMIT, 0–20.</summary>
    public int MaxRetransmit { get; init; } = 4;

    /// <summary>NSTART: confirmable messages to one peer that await their acknowledgement at once, at least 1.</summary>
    public int NStart { get; init; } = 1;

    /// <summary>MAX_LATENCY.</summary>
    public long MaxLatency { get; init; } = 100_000;

    /// <summary>Confirmable messages to one peer that wait for NSTART; one more fails with <see cref="CoapFailure.Refused"/>.</summary>
    public int QueuePerPeer { get; init; } = 16;

    /// <summary>Incoming exchanges remembered for one peer; the oldest is forgotten first.</summary>
    public int RememberedPerPeer { get; init; } = 64;

    /// <summary>Peers remembered in all; the one that was silent longest is forgotten first.</summary>
    public int MaxPeers { get; init; } = 100_000;

    /// <summary>How long a response is awaited after the acknowledgement, or after a non-confirmable request.</summary>
    public long ResponseTimeout { get; init; } = 93_000;

    /// <summary>Random bytes of a request's token, 1–8.</summary>
    public int TokenLength { get; init; } = CoapToken.MaxLength;

    /// <summary>MAX_TRANSMIT_SPAN: from the first transmission of a confirmable message to its last.</summary>
    public long MaxTransmitSpan => (long)(AckTimeout * ((1L << MaxRetransmit) - 1) * AckRandomFactor);

    /// <summary>EXCHANGE_LIFETIME: how long a message id is not used again, and an incoming one remembered.</summary>
    public long ExchangeLifetime => MaxTransmitSpan + (2 * MaxLatency) + AckTimeout;

    /// <summary>NON_LIFETIME.</summary>
    public long NonLifetime => MaxTransmitSpan + MaxLatency;
}
