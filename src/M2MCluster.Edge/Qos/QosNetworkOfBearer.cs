namespace M2MCluster.Edge.Qos;

public sealed class QosNetworkOfBearer
{
    public QosEndpointOptions Network { get; set; } = new();
}
