namespace M2MCluster.Edge.Mqtt;

/// <summary>What reading a packet came to.</summary>
internal enum MqttReadStatus
{
    Packet = 0,
    /// <summary>The packet is not complete yet.</summary>
    NeedMore = 1,
    /// <summary>The connection ended, or reading was stopped.</summary>
    Ended = 2,
    Malformed = 3,
    TooLarge = 4,
    /// <summary>Well-formed, but of a protocol version that is not spoken here.</summary>
    UnsupportedVersion = 5,
}
