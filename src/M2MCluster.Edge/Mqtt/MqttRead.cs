using MQTTnet.Packets;

namespace M2MCluster.Edge.Mqtt;

/// <summary>A packet, or why there is none.</summary>
internal readonly record struct MqttRead(MqttReadStatus Status, MqttPacket? Packet = null);
