using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace M2MCluster.Protocols.Senml;

/// <summary>SenML in JSON, <c>application/senml+json</c> (RFC 8428 section 5).</summary>
public static class SenmlJson
{
    private const int MaxDepth = 8;

    /// <summary>The records as they stand. Unknown labels are ignored, but those that end in an underscore make the pack invalid.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="maxRecords">More records than this are invalid.</param>
    public static Decoded<IReadOnlyList<SenmlRecord>> Read(ReadOnlySpan<byte> json, int maxRecords = 4096)
    {
        var records = new List<SenmlRecord>();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            var reason = ReadPack(ref reader, records, maxRecords);
            return reason is null ? records : Decoded<IReadOnlyList<SenmlRecord>>.Invalid(reason);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // Syntax, and text that is no UTF-8 or UTF-16, have no other way out of the reader.
            return Decoded<IReadOnlyList<SenmlRecord>>.Invalid("not JSON");
        }
    }

    /// <summary>Writes the records as they stand.</summary>
    public static byte[] Write(IReadOnlyList<SenmlRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var bytes = new ArrayBufferWriter<byte>(64 * Math.Max(1, records.Count));
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var record in records) WriteRecord(writer, record);
            writer.WriteEndArray();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static string? ReadPack(ref Utf8JsonReader reader, List<SenmlRecord> records, int maxRecords)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) return "a pack is an array";
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) return "a record is an object";
            if (records.Count == maxRecords) return "too many records";
            var record = new SenmlRecord();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var label = SenmlLabels.Parse(reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan);
                reader.Read();
                if (ReadField(ref reader, record, label) is { } reason) return reason;
            }

            records.Add(record);
        }

        // At the end of a well-formed text this is false; anything after it throws.
        reader.Read();
        return null;
    }

    private static string? ReadField(ref Utf8JsonReader reader, SenmlRecord record, SenmlLabel label)
    {
        switch (label)
        {
            case SenmlLabel.MustUnderstand:
                return "a label that must be understood";
            case SenmlLabel.Unknown:
                reader.Skip();
                return null;
            case SenmlLabel.BooleanValue:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False)) return "a field of another type";
                record.BooleanValue = reader.GetBoolean();
                return null;
            case SenmlLabel.DataValue:
                if (reader.TokenType != JsonTokenType.String || DecodeData(reader.GetString()!) is not { } data) return "data that is not base64url";
                record.DataValue = data;
                return null;
            case SenmlLabel.BaseName or SenmlLabel.BaseUnit or SenmlLabel.Name or SenmlLabel.Unit or SenmlLabel.StringValue:
                return reader.TokenType == JsonTokenType.String && SenmlFields.TrySet(record, label, reader.GetString()!) ? null : "a field of another type";
            default:
                return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && SenmlFields.TrySet(record, label, number)
                    ? null
                    : "a field that is no finite number";
        }
    }

    // Section 5: base64url without padding; padding is taken, since some senders write it.
    private static byte[]? DecodeData(string text)
    {
        var bare = text.AsSpan().TrimEnd('=');
        return Base64Url.IsValid(bare) ? Base64Url.DecodeFromChars(bare) : null;
    }

    private static void WriteRecord(Utf8JsonWriter writer, SenmlRecord record)
    {
        writer.WriteStartObject();
        WriteText(writer, "bn"u8, record.BaseName);
        WriteNumber(writer, "bt"u8, record.BaseTime);
        WriteText(writer, "bu"u8, record.BaseUnit);
        WriteNumber(writer, "bv"u8, record.BaseValue);
        WriteNumber(writer, "bs"u8, record.BaseSum);
        if (record.BaseVersion is { } version) writer.WriteNumber("bver"u8, version);
        WriteText(writer, "n"u8, record.Name);
        WriteText(writer, "u"u8, record.Unit);
        WriteNumber(writer, "v"u8, record.Value);
        WriteText(writer, "vs"u8, record.StringValue);
        if (record.BooleanValue is { } boolean) writer.WriteBoolean("vb"u8, boolean);
        if (record.DataValue is { } data) writer.WriteString("vd"u8, Base64Url.EncodeToString(data.Span));
        WriteNumber(writer, "s"u8, record.Sum);
        WriteNumber(writer, "t"u8, record.Time);
        WriteNumber(writer, "ut"u8, record.UpdateTime);
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> label, string? value)
    {
        if (value is not null) writer.WriteString(label, value);
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> label, double? value)
    {
        if (value is { } number) writer.WriteNumber(label, number);
    }
}
