using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>Something that the application of a flow or a message is to hear of.</summary>
internal sealed record QosTold(QosDemand To, QosView What);
