using System.Text.Json;
using System.Text.Json.Serialization;
using MQTTnet.Packets;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What is told on <c>m2m/errors</c>.</summary>
/// <param name="Topic">The topic of the refused publish.</param>
/// <param name="PacketId">Its packet id; zero at QoS 0.</param>
/// <param name="Error">A fixed word: unreadable, not-authorized, quota-exceeded, too-large, conflict, unknown-message, unknown-topic, internal.</param>
/// <param name="Detail">Why, for a person.</param>
internal sealed record MqttRefusal(string Topic, ushort PacketId, string Error, string Detail)
{
    /// <summary>Sent with QoS 0: it is the answer to a packet of this very connection, and means nothing on another.</summary>
    public MqttPublishPacket ToPacket() => new()
    {
        Topic = MqttTopic.Errors,
        ContentType = "application/json",
        PayloadSegment = JsonSerializer.SerializeToUtf8Bytes(this, MqttJson.Default.MqttRefusal),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MqttRefusal))]
internal sealed partial class MqttJson : JsonSerializerContext;
