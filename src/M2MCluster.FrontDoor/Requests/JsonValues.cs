using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>JSON texts to <c>google.protobuf.Value</c> and back.</summary>
internal static class JsonValues
{
    /// <summary>How deep a characteristic may nest: answers nest it a little deeper, and are written 64 deep at most.</summary>
    public const int MaxDepth = 32;

    public static JsonWriterOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Value Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() ? Read(ref reader) : Value.ForNull();
    }

    /// <summary>What nests deeper than an answer may is told as the text that it is.</summary>
    public static Value Parse(string json)
    {
        // What can nest so deep is longer; no exception for all else.
        if (json.Length <= MaxDepth) return Parse(Encoding.UTF8.GetBytes(json));
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return reader.Read() ? Read(ref reader) : Value.ForNull();
        }
        catch (JsonException)
        {
            return Value.ForString(json);
        }
    }

    public static string Write(Value value)
    {
        // What most characteristics are, without a writer for each.
        if (value.KindCase == Value.KindOneofCase.BoolValue) return value.BoolValue ? "true" : "false";
        if (value is { KindCase: Value.KindOneofCase.NumberValue, NumberValue: > 0 and < 1e9 } && double.IsInteger(value.NumberValue))
            return ((long)value.NumberValue).ToString(CultureInfo.InvariantCulture);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Compact)) Write(writer, value);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The value on which the reader stands; leaves it on the value's last token.</summary>
    public static Value Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return Value.ForBool(true);
            case JsonTokenType.False:
                return Value.ForBool(false);
            case JsonTokenType.Number:
                // Larger than any number that a Value holds: as the text that it is.
                var number = reader.GetDouble();
                return double.IsFinite(number) ? Value.ForNumber(number) : Value.ForString(Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.String:
                return Value.ForString(reader.GetString()!);
            case JsonTokenType.StartArray:
                var list = new ListValue();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Values.Add(Read(ref reader));
                return new Value { ListValue = list };
            case JsonTokenType.StartObject:
                var fields = new Struct();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    fields.Fields[name] = Read(ref reader);
                }

                return Value.ForStruct(fields);
            default:
                return Value.ForNull();
        }
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.NumberValue:
                writer.WriteNumberValue(value.NumberValue);
                break;
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.ListValue:
                writer.WriteStartArray();
                foreach (var item in value.ListValue.Values) Write(writer, item);
                writer.WriteEndArray();
                break;
            case Value.KindOneofCase.StructValue:
                writer.WriteStartObject();
                foreach (var (name, field) in value.StructValue.Fields)
                {
                    writer.WritePropertyName(name);
                    Write(writer, field);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
