using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reports;
using M2MCluster.FrontDoor.Reports;
using M2MCluster.FrontDoor.Requests;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Events in the JSON format of CloudEvents 1.0, structured mode.</summary>
internal static class EventJson
{
    public const string ContentType = "application/cloudevents+json";
    public const string Source = "/m2m";

    public static string IdOf(FeedEvent from) => from.Id.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The whole event, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Write(FeedEvent from)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonValues.Compact))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", IdOf(from));
            json.WriteString("type", from.Type);
            json.WriteString("source", Source);
            json.WriteString("subject", from.Subject);
            json.WriteString("time", TimedId.TimeOf(from.Id).UtcDateTime);
            if (from.TraceParent is not null) json.WriteString("traceparent", from.TraceParent);
            json.WriteString("datacontenttype", "application/json");
            json.WritePropertyName("data");
            WriteData(json, from);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The event's data alone, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Data(FeedEvent from)
    {
        if (from.Data is { } data) return data;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonValues.Compact)) WriteData(json, from);
        return buffer.WrittenMemory;
    }

    private static void WriteData(Utf8JsonWriter json, FeedEvent from)
    {
        if (from.Data is { } data) json.WriteRawValue(data);
        else if (from.Report is { } report) WriteReport(json, report);
        else json.WriteNullValue();
    }

    private static void WriteReport(Utf8JsonWriter json, StoredReport report)
    {
        json.WriteStartObject();
        json.WriteString("contentType", report.ContentType);
        json.WriteBase64String("payload", report.Payload);
        json.WriteStartArray("senml");
        foreach (var record in SenmlReading.Read(report)) WriteRecord(json, record);
        json.WriteEndArray();
        if (report.Via is not null) json.WriteString("via", Names.Objects + report.Via);
        json.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter json, SenmlRecord record)
    {
        json.WriteStartObject();
        json.WriteString("n", record.Name);
        if (record.Unit is not null) json.WriteString("u", record.Unit);
        if (record.Value is { } value) json.WriteNumber("v", value);
        if (record.StringValue is not null) json.WriteString("vs", record.StringValue);
        if (record.BooleanValue is { } boolean) json.WriteBoolean("vb", boolean);
        if (record.DataValue is { } data) json.WriteString("vd", Base64Url.EncodeToString(data.Span));
        if (record.Sum is { } sum) json.WriteNumber("s", sum);
        if (record.Time is { } time) json.WriteNumber("t", time);
        json.WriteEndObject();
    }
}
