namespace M2MCluster.Protocols.Smpp;

public enum SmppReadStatus
{
    Ok = 0,

    /// <summary>The unit is not there whole yet.</summary>
    NeedMore = 1,

    /// <summary>The unit cannot be read. What follows can, if its length was told.</summary>
    Invalid = 2,
}
