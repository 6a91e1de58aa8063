using System.Buffers;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>An operation as JSON transcoding writes it: numbers of 64 bits as numbers.</summary>
internal static class OperationJson
{
    public static ReadOnlyMemory<byte> Write(V1.Operation operation)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("name", operation.Name);
        var of = operation.Metadata;
        json.WriteStartObject("metadata");
        json.WriteNumber("committedLine", of.CommittedLine);
        json.WriteNumber("processed", of.Processed);
        Counts(json, of.Created, of.Unchanged, of.Updated, of.Failed);
        json.WriteNumber("rate", of.Rate);
        Time(json, "createTime", of.CreateTime);
        Time(json, "updateTime", of.UpdateTime);
        Time(json, "endTime", of.EndTime);
        json.WriteEndObject();
        json.WriteBoolean("done", operation.Done);
        if (operation.Response is { } response)
        {
            json.WriteStartObject("response");
            Counts(json, response.Created, response.Unchanged, response.Updated, response.Failed);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Counts(Utf8JsonWriter json, long created, long unchanged, long updated, long failed)
    {
        json.WriteNumber("created", created);
        json.WriteNumber("unchanged", unchanged);
        json.WriteNumber("updated", updated);
        json.WriteNumber("failed", failed);
    }

    private static void Time(Utf8JsonWriter json, string name, Timestamp? time)
    {
        if (time is null) json.WriteNull(name);
        else json.WriteString(name, time.ToDateTime());
    }
}
