namespace M2MCluster.Protocols.Coap.Blockwise;

/// <summary>What a block of a request's body led to, and the code to answer with.</summary>
public enum CoapBlock1Status
{
    /// <summary>The body is whole: handle the request.</summary>
    Complete,

    /// <summary>2.31, echoing the block.</summary>
    Continue,

    /// <summary>4.08: the blocks before it are missing, or belong to another request.</summary>
    Incomplete,

    /// <summary>4.13 with Size1.</summary>
    TooLarge,

    /// <summary>5.03: other peers' bodies fill the space at the moment.</summary>
    NoRoom,

    /// <summary>4.00: a length that contradicts the block's size.</summary>
    Invalid,
}
