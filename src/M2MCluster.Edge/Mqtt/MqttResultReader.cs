using System.Buffers;
using System.Text;
using System.Text.Json;
using M2MCluster.Contracts.Messages;
using MQTTnet.Packets;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// Reads a device's result: the user property <c>result</c> with the payload as the answer (version 5), or JSON <c>{"result":"ok","payload":…}</c>, where a text
/// as payload is the answer itself and anything else stays JSON.
/// </summary>
internal static class MqttResultReader
{
    /// <summary>Null: neither says <c>ok</c> or <c>error</c>.</summary>
    public static MessageResult? Read(MqttPublishPacket packet)
    {
        if (packet.UserProperties?.Find(property => property.Name == "result") is { } said)
        {
            if (Ok(said.ReadValueAsString()) is not { } ok) return null;
            return packet.Payload.IsEmpty
                ? new(ok)
                : new(ok, string.IsNullOrEmpty(packet.ContentType) ? "application/octet-stream" : packet.ContentType, packet.Payload.ToArray());
        }

        return ReadJson(packet.Payload);
    }

    private static MessageResult? ReadJson(ReadOnlySequence<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("result", out var said) || said.ValueKind != JsonValueKind.String) return null;
            if (Ok(said.GetString()!) is not { } ok) return null;
            if (!root.TryGetProperty("payload", out var answer) || answer.ValueKind == JsonValueKind.Null) return new(ok);
            return answer.ValueKind == JsonValueKind.String
                ? new(ok, "text/plain", Encoding.UTF8.GetBytes(answer.GetString()!))
                : new(ok, "application/json", Encoding.UTF8.GetBytes(answer.GetRawText()));
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Syntax, and text with half a surrogate, have no other way out of the reader.
            return null;
        }
    }

    private static bool? Ok(string said) => said switch
    {
        "ok" => true,
        "error" => false,
        _ => null,
    };
}
