namespace M2MCluster.Edge.Mqtt;

internal enum MqttWriteStatus
{
    /// <summary>With the operating system.</summary>
    Written = 0,
    /// <summary>Larger than the client takes; nothing was written.</summary>
    TooLarge = 1,
    /// <summary>The connection ended; the packet may have gone out or not.</summary>
    Ended = 2,
}
