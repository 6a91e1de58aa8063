using M2MCluster.Contracts.Cluster;

namespace M2MCluster.Edge.Mqtt;

internal sealed class MqttConnectionsGauge(MqttEdge edge) : ISiloGauge
{
    public string Name => "m2m.mqtt.connections";

    public long Read() => edge.Sessions.Count;
}
