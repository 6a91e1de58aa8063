namespace M2MCluster.Edge.Mqtt;

internal enum MqttTopicKind
{
    /// <summary>None that a device may publish to.</summary>
    Foreign = 0,
    Reports = 1,
    Result = 2,
    /// <summary>A child's presence, told by its gateway.</summary>
    Status = 3,
    /// <summary>The object switches its radio off or on.</summary>
    Radio = 4,
    /// <summary>A message to another object.</summary>
    Peer = 5,
    /// <summary>The object asks what time it is.</summary>
    Time = 6,
}
