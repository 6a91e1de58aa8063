namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>What a block of a response's body led to.</summary>
public enum CoapBlock2Status
{
    Complete,

    /// <summary>Ask for <see cref="CoapBlock2Collector.Next"/>.</summary>
    Continue,

    /// <summary>The body changed meanwhile (another ETag): ask for block 0 again.</summary>
    Changed,

    TooLarge,

    Invalid,
}
