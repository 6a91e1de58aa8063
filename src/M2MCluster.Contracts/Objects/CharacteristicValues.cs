using System.Text.Json;

namespace M2MCluster.Contracts.Objects;

/// <summary>Characteristics as filters compare them.</summary>
public static class CharacteristicValues
{
    /// <summary>The texts of a JSON text: of each item of a list, else of the value itself; strings without quotes.</summary>
    public static IReadOnlyList<string> Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray().Select(Text)] : [Text(root)];
    }

    private static string Text(JsonElement item) => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();
}
