using System.Buffers;
using System.Text.Json;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>What a gateway reads and answers when one message is for several of its children (docs/devices.md).</summary>
internal static class FrameContent
{
    public const string ContentType = "application/vnd.m2m.multicast+json";

    public static byte[] Write(MessageRecord message, IReadOnlyList<string> children)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("for");
            foreach (var child in children) json.WriteStringValue(child);
            json.WriteEndArray();
            json.WriteString("contentType", message.ContentType);
            json.WriteBase64String("payload", message.Payload);
            if (message.Command is { } command)
            {
                json.WriteStartObject("command");
                json.WriteString("name", command.Name);
                json.WriteString("method", command.Method);
                json.WriteString("path", command.Path);
                if (command.Accept is not null) json.WriteString("accept", command.Accept);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What the gateway says of single children, <c>{"results":{"CHILD":"ok",…}}</c>; null: nothing, or nothing that can be read.</summary>
    public static IReadOnlyDictionary<string, bool>? ReadResults(MessageResult? result)
    {
        if (result?.Payload is not { Length: > 0 } payload) return null;
        try
        {
            using var document = JsonDocument.Parse(payload);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Object)
                return null;
            var read = new Dictionary<string, bool>(StringComparer.Ordinal);
            foreach (var child in results.EnumerateObject())
            {
                if (child.Value.ValueKind == JsonValueKind.String) read[child.Name] = child.Value.ValueEquals("ok");
            }

            return read;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The latter: a text that is no Unicode.
            return null;
        }
    }
}
