namespace M2MCluster.Edge.Mqtt;

internal enum MqttOutboxEntry
{
    New = 0,
    /// <summary>The message was published on this connection before and is not yet acknowledged.</summary>
    UnderWay = 1,
    Full = 2,
}
