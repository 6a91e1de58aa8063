using System.Text.Json;
using System.Text.RegularExpressions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>As much of JSON Schema as the document uses. Members that the schema does not name are mistakes here.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    public void Check(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(value, document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!["#/components/schemas/".Length..]), at);
            return;
        }

        if (!schema.TryGetProperty("type", out var type)) return;
        Assert.True(Is(value, type.GetString()!), $"{at} is {value.ValueKind} instead of {type}");
        if (schema.TryGetProperty("enum", out var names)) Assert.Contains(value.GetString(), names.EnumerateArray().Select(name => name.GetString()));
        if (schema.TryGetProperty("pattern", out var pattern)) Assert.Matches(new Regex(pattern.GetString()!), value.GetString());
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time") _ = value.GetDateTimeOffset();
        if (schema.TryGetProperty("contentEncoding", out _)) _ = value.GetBytesFromBase64();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) Check(item, schema.GetProperty("items"), at + "[]");
        }

        if (value.ValueKind == JsonValueKind.Object) CheckMembers(value, schema, at);
    }

    private void CheckMembers(JsonElement value, JsonElement schema, string at)
    {
        var isMap = schema.TryGetProperty("additionalProperties", out var values);
        if (!schema.TryGetProperty("properties", out var properties) && !isMap) return;
        foreach (var member in value.EnumerateObject())
        {
            if (isMap) Check(member.Value, values, at + "." + member.Name);
            else if (properties.TryGetProperty(member.Name, out var property)) Check(member.Value, property, at + "." + member.Name);
            else Assert.True(properties.TryGetProperty("@type", out _), $"{at}.{member.Name} is not in the schema");
        }
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };
}
