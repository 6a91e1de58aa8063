using System.Text.Json;

namespace M2MCluster.Grains.Objects;

/// <summary>A small part of JSON Schema: type, required, properties, enum, minimum, maximum. Other keywords are passed over.</summary>
internal static class ParameterSchema
{
    private const int MaxDepth = 8;

    /// <summary>What is wrong with the payload; null: nothing that is known.</summary>
    public static string? Fault(JsonElement schema, string contentType, byte[] payload)
    {
        // Of what is not JSON nothing can be said.
        if (!contentType.Contains("json", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            using var document = JsonDocument.Parse(payload);
            return Fault(schema, document.RootElement, "parameters", 0);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The latter: a text that is no Unicode.
            return "the payload is not JSON";
        }
    }

    private static string? Fault(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth) return null;
        if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !Is(value, type.GetString()!)) return $"{at} is not of type {type.GetString()}";
        if (schema.TryGetProperty("enum", out var allowed) && allowed.ValueKind == JsonValueKind.Array && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            return $"{at} is not one of {allowed.GetRawText()}";
        if (value.ValueKind == JsonValueKind.Number)
        {
            var number = value.GetDouble();
            if (Number(schema, "minimum") is { } minimum && number < minimum) return $"{at} is less than {minimum}";
            if (Number(schema, "maximum") is { } maximum && number > maximum) return $"{at} is more than {maximum}";
        }

        if (value.ValueKind != JsonValueKind.Object) return null;
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String))
            {
                if (!value.TryGetProperty(name.GetString()!, out _)) return $"{at} lacks {name.GetString()}";
            }
        }

        if (!schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in properties.EnumerateObject())
        {
            if (value.TryGetProperty(property.Name, out var member) && Fault(property.Value, member, $"{at}.{property.Name}", depth + 1) is { } fault) return fault;
        }

        return null;
    }

    private static double? Number(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => true,
    };
}
