namespace M2MCluster.Edge.Mqtt;

internal enum MqttOutboxEntry
{
    New = 0,
    /// <summary>The message was published on this connection before and is not yet acknowledged.</summary>
    UnderWay = 1,
    /// <summary>As many wait as may, and one has no room.</summary>
    Full = 2,
    /// <summary>It goes once the client has acknowledged others.</summary>
    Waiting = 3,
}
