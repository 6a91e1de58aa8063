namespace M2MCluster.Edge.Mqtt;

/// <summary>What a connection needs to carry packets out.</summary>
internal sealed record MqttServices(MqttUplink Uplink, MqttSubscriber Subscriber, MqttDownlink Downlink);
