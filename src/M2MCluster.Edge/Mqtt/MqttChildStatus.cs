using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// What a gateway says of a child: JSON <c>{"online":true,…}</c>, where the other members are characteristics that the child provides, or the bare word
/// <c>online</c> or <c>offline</c>.
/// </summary>
internal sealed record MqttChildStatus(bool Online, ImmutableSortedDictionary<string, string>? Provided)
{
    /// <summary>Null: nothing of the kind.</summary>
    public static MqttChildStatus? Read(ReadOnlySequence<byte> payload)
    {
        var bytes = payload.ToArray();
        if (bytes.AsSpan().SequenceEqual("online"u8)) return new(true, null);
        if (bytes.AsSpan().SequenceEqual("offline"u8)) return new(false, null);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("online", out var online)) return null;
            if (online.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return null;
            var provided = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name != "online") provided[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }

            return new(online.GetBoolean(), provided.ToImmutable());
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Syntax, and text with half a surrogate, have no other way out of the reader.
            return null;
        }
    }
}
