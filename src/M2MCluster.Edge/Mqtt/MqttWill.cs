using System.Buffers;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// What a client leaves to be published if its connection ends without DISCONNECT (section 3.1.2.5). It counts as published by the object at that
/// moment, and is tried once: its session is over, so no delay of version 5 outlives that (section 3.1.3.2.2).
/// </summary>
internal static class MqttWill
{
    public static MqttPublishPacket? Of(MqttConnectPacket connect) => !connect.WillFlag || string.IsNullOrEmpty(connect.WillTopic) ? null : new()
    {
        Topic = connect.WillTopic,
        Payload = new(connect.WillMessage is { } message ? new ReadOnlySequence<byte>(message).ToArray() : []),
        ContentType = connect.WillContentType,
        UserProperties = connect.WillUserProperties,
        QualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce,
    };
}
