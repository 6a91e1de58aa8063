using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;

namespace M2MCluster.FrontDoor.OpenApi;

/// <summary>JSON schemas of messages as transcoding writes them, each once under <c>#/components/schemas</c>.</summary>
internal sealed class SchemaBook
{
    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    public JsonObject ToJson() => new(_schemas.Select(schema => new KeyValuePair<string, JsonNode?>(schema.Key, schema.Value)));

    public static string CommentOf(IDescriptor descriptor)
    {
        var declaration = descriptor switch
        {
            MessageDescriptor message => message.Declaration,
            FieldDescriptor field => field.Declaration,
            MethodDescriptor method => method.Declaration,
            ServiceDescriptor service => service.Declaration,
            _ => null,
        };
        return string.Join('\n', (declaration?.LeadingComments ?? "").Split('\n').Select(line => line.Trim())).Trim();
    }

    /// <summary>A reference to the message's schema, or the schema itself for the well-known types that have their own JSON form.</summary>
    public JsonObject Of(MessageDescriptor type)
    {
        switch (type.FullName)
        {
            case "google.protobuf.Timestamp":
                return new() { ["type"] = "string", ["format"] = "date-time" };
            case "google.protobuf.Duration":
                return new() { ["type"] = "string", ["pattern"] = "^-?[0-9]+(\\.[0-9]{1,9})?s$" };
            case "google.protobuf.FieldMask":
                return new() { ["type"] = "string" };
            case "google.protobuf.Struct" or "google.protobuf.Empty":
                return new() { ["type"] = "object" };
            case "google.protobuf.Value":
                return [];
            case "google.protobuf.Any":
                return new() { ["type"] = "object", ["required"] = new JsonArray("@type"), ["properties"] = new JsonObject { ["@type"] = new JsonObject { ["type"] = "string" } } };
        }

        var name = NameOf(type);
        if (!_schemas.ContainsKey(name))
        {
            // Before its fields: a message may hold itself.
            var schema = new JsonObject();
            _schemas[name] = schema;
            Fill(schema, type, []);
        }

        return new() { ["$ref"] = "#/components/schemas/" + name };
    }

    /// <summary>The message's schema in place, without some of its fields.</summary>
    public JsonObject Without(MessageDescriptor type, IReadOnlyCollection<string> fields)
    {
        var schema = new JsonObject();
        Fill(schema, type, fields);
        return schema;
    }

    public JsonObject Of(FieldDescriptor field)
    {
        if (field.IsMap) return new() { ["type"] = "object", ["additionalProperties"] = Single(field.MessageType.FindFieldByNumber(2)) };
        return field.IsRepeated ? new() { ["type"] = "array", ["items"] = Single(field) } : Single(field);
    }

    public static bool Has(FieldDescriptor field, FieldBehavior behavior) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(behavior) ?? false;

    private void Fill(JsonObject schema, MessageDescriptor type, IReadOnlyCollection<string> without)
    {
        schema["type"] = "object";
        if (CommentOf(type) is { Length: > 0 } comment) schema["description"] = comment;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in type.Fields.InDeclarationOrder().Where(field => !without.Contains(field.Name)))
        {
            var property = Of(field);
            if (CommentOf(field) is { Length: > 0 } told) property["description"] = told;
            if (Has(field, FieldBehavior.OutputOnly) || Has(field, FieldBehavior.Identifier)) property["readOnly"] = true;
            if (Has(field, FieldBehavior.InputOnly)) property["writeOnly"] = true;
            if (Has(field, FieldBehavior.Required)) required.Add(field.JsonName);
            properties[field.JsonName] = property;
        }

        schema["properties"] = properties;
        if (required.Count > 0) schema["required"] = required;
    }

    private JsonObject Single(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType),
        FieldType.Enum => new() { ["type"] = "string", ["enum"] = new JsonArray([.. field.EnumType.Values.Select(value => (JsonNode)value.Name)]) },
        FieldType.Bool => new() { ["type"] = "boolean" },
        FieldType.Double or FieldType.Float => new() { ["type"] = "number" },
        FieldType.Int32 or FieldType.UInt32 => new() { ["type"] = "integer", ["format"] = "int32" },
        FieldType.Int64 or FieldType.UInt64 => new() { ["type"] = "integer", ["format"] = "int64" },
        FieldType.Bytes => new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        FieldType.String => new() { ["type"] = "string" },
        _ => throw new InvalidOperationException($"Fields of type {field.FieldType} have no schema: {field.FullName}."),
    };

    private static string NameOf(MessageDescriptor type) => type.ContainingType is { } outer ? NameOf(outer) + "." + type.Name : type.Name;
}
