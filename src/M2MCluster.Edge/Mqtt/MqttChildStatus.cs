using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What a gateway says of a child: JSON <c>{"online":true,…}</c>; the other members are characteristics that the child provides.</summary>
internal sealed record MqttChildStatus(bool Online, ImmutableSortedDictionary<string, string> Provided)
{
    /// <summary>Null: no such JSON.</summary>
    public static MqttChildStatus? Read(ReadOnlySequence<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("online", out var online)) return null;
            if (online.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return null;
            var provided = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name != "online") provided[member.Name] = member.Value.GetRawText();
            }

            return new(online.GetBoolean(), provided.ToImmutable());
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
