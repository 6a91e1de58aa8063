namespace M2MCluster.Grains.Qos;

/// <summary>What a network is to be asked next for a flow.</summary>
internal enum QosStep
{
    None,
    /// <summary>The session that was before.</summary>
    CloseFormer,
    Close,
    Open,
    Look,
    Extend,
    /// <summary>Nothing is left to be done for it at all.</summary>
    Forget,
}
