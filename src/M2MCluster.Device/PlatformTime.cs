using System.Globalization;
using System.Text.Json;

namespace M2MCluster.Device;

/// <summary>The platform's time as it tells it.</summary>
internal static class PlatformTime
{
    /// <summary>Null: it cannot be read.</summary>
    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>As it comes over MQTT, with the question to which it is the answer.</summary>
    public static (string Question, DateTimeOffset Time)? ReadAnswer(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object && Text(document.RootElement, "for") is { } question && Read(Text(document.RootElement, "time")) is { } time
                ? (question, time)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
