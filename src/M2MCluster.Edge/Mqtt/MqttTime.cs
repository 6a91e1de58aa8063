using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MQTTnet.Packets;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What is told on <c>m2m/time</c>, to who asks there: as <c>GET /m2m/time</c> over CoAP.</summary>
/// <param name="Time">To the millisecond.</param>
/// <param name="For">What was published: by it the object knows which of its questions is answered, and so how old the answer can be.</param>
internal sealed record MqttTime(string Time, string For)
{
    private const int LongestQuestion = 64;

    public static async ValueTask<MqttVerdict> Tell(MqttSession session, MqttPublishPacket packet, TimeProvider time)
    {
        var question = packet.Payload.ToArray();
        if (question.Length > LongestQuestion || !question.All(letter => letter is >= 0x20 and < 0x7F)) return MqttVerdict.Unreadable($"more than {LongestQuestion} characters, or not of visible ASCII");
        if (!session.Subscriptions.TakesTime) return MqttVerdict.Done;
        // Sent with QoS 0: one that comes late is worth nothing.
        await session.Send(new MqttPublishPacket
        {
            Topic = MqttTopic.Time,
            ContentType = "application/json",
            PayloadSegment = JsonSerializer.SerializeToUtf8Bytes(new(TimeText.Of(time.GetUtcNow()), Encoding.ASCII.GetString(question)), MqttTimeJson.Default.MqttTime),
        });
        return MqttVerdict.Done;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MqttTime))]
internal sealed partial class MqttTimeJson : JsonSerializerContext;
