using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>
/// Whether a JSON value can be one of its field, by the JSON mapping of protobuf. Transcoding refuses what cannot, but in its own words and without
/// saying where.
/// </summary>
internal static class JsonTypes
{
    /// <summary>What is wrong with the token, or null. Of lists and objects only that they are such.</summary>
    /// <param name="isItem">Whether the value is an item of the list that the field is.</param>
    public static string? ProblemOf(FieldDescriptor field, ref Utf8JsonReader reader, bool isItem)
    {
        var token = reader.TokenType;
        if (token == JsonTokenType.Null) return isItem && !IsValue(field) ? "is null" : null;
        if (field.IsMap) return token == JsonTokenType.StartObject ? null : "is an object";
        if (field.IsRepeated && !isItem) return token == JsonTokenType.StartArray ? null : "is a list";
        return field.FieldType switch
        {
            FieldType.Message => ProblemOfMessage(field.MessageType, ref reader),
            FieldType.Bool => token is JsonTokenType.True or JsonTokenType.False ? null : "is true or false",
            FieldType.String => token == JsonTokenType.String ? null : "is a text",
            FieldType.Bytes => token == JsonTokenType.String && Base64Of(ref reader, out _) ? null : "is a text in base64",
            FieldType.Enum when token == JsonTokenType.Number => reader.TryGetInt32(out _) ? null : Names(field.EnumType),
            _ when token is JsonTokenType.String or JsonTokenType.Number => ProblemOf(field, Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan)),
            FieldType.Enum => Names(field.EnumType),
            _ => "is a number",
        };
    }

    /// <summary>What is wrong with the text of a parameter, or null.</summary>
    public static string? ProblemOf(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.Message when field.MessageType.File.Package == "google.protobuf" => ProblemOfText(field.MessageType, text),
        FieldType.Enum => field.EnumType.FindValueByName(text) is not null || int.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : Names(field.EnumType),
        FieldType.Bool => bool.TryParse(text, out _) ? null : "is true or false",
        FieldType.Double or FieldType.Float => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null : "is a number",
        FieldType.String or FieldType.Bytes or FieldType.Message or FieldType.Group => null,
        FieldType.UInt32 or FieldType.UInt64 or FieldType.Fixed32 or FieldType.Fixed64 => ulong.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : "is a number that is not negative",
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => long.TryParse(text, CultureInfo.InvariantCulture, out _) ? null : "is a whole number",
        _ => IsInt32(text) ? null : "is a whole number within 32 bits",
    };

    /// <summary>
    /// The text as transcoding reads it: the mapping also allows the URL-safe alphabet, and no padding, which transcoding does not know.
    /// </summary>
    /// <param name="standard">In the standard alphabet with padding, if it is otherwise; else null.</param>
    public static bool Base64Of(ref Utf8JsonReader reader, out string? standard)
    {
        standard = null;
        if (reader.TryGetBytesFromBase64(out _)) return true;
        var text = reader.GetString()!.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        if (!Base64Url.IsValid(text)) return false;
        standard = Convert.ToBase64String(Base64Url.DecodeFromChars(text));
        return true;
    }

    private static bool IsInt32(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out _)
        || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= int.MinValue and <= int.MaxValue && double.IsInteger(number));

    private static bool IsValue(FieldDescriptor field) => field.FieldType == FieldType.Message && field.MessageType.FullName == Value.Descriptor.FullName;

    private static string? ProblemOfMessage(MessageDescriptor type, ref Utf8JsonReader reader)
    {
        if (type.File.Package != "google.protobuf" || type.FullName == Struct.Descriptor.FullName) return reader.TokenType == JsonTokenType.StartObject ? null : "is an object";
        if (type.FullName == ListValue.Descriptor.FullName) return reader.TokenType == JsonTokenType.StartArray ? null : "is a list";
        if (type.FullName == Value.Descriptor.FullName) return null;
        return reader.TokenType == JsonTokenType.String ? ProblemOfText(type, reader.GetString()!) : ProblemOfText(type, null);
    }

    private static string? ProblemOfText(MessageDescriptor type, string? text)
    {
        var form = type.FullName == Timestamp.Descriptor.FullName ? "is a time such as 2026-01-02T03:04:05Z (RFC 3339)"
            : type.FullName == Duration.Descriptor.FullName ? "is a duration in seconds with an s, such as 3600s or 0.5s"
            : null;
        if (form is null) return null;
        if (text is null) return form;
        try
        {
            JsonParser.Default.Parse(JsonSerializer.Serialize(text), type);
            return null;
        }
        catch (InvalidProtocolBufferException)
        {
            return form;
        }
    }

    private static string Names(EnumDescriptor type) => "is one of " + string.Join(", ", type.Values.Where(value => value.Number != 0 || !value.Name.EndsWith("_UNSPECIFIED", StringComparison.Ordinal)).Select(value => value.Name));
}
