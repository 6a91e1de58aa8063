using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Campaigns;

namespace M2MCluster.Grains.Objects;

/// <summary>The JSON data of events, UTF-8. Names and forms are part of the API.</summary>
internal static class EventData
{
    /// <summary>What is longer is read by <c>GetMessage</c>: it would stand in the feed once for each of its readers.</summary>
    private const int MostInEvent = 64 << 10;

    /// <summary>A message as the application that it was sent to reads it.</summary>
    public static byte[] Message(MessageRecord message) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("contentType", message.ContentType);
        json.WriteNumber("size", message.Payload.Length);
        if (message.Payload.Length <= MostInEvent) json.WriteBase64String("payload", message.Payload);
        json.WriteNumber("priority", message.Priority);
        json.WriteString("confirmation", message.Confirmation.ToString().ToUpperInvariant());
        json.WriteString("acceptTime", message.AcceptedAt.UtcDateTime);
        json.WriteString("expireTime", message.ExpiresAt.UtcDateTime);
    });

    public static byte[] Outcome(MessageRecord message) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("outcome", message.Outcome!.Value.ToString().ToUpperInvariant());
        if (message.Detail is not null) json.WriteString("detail", message.Detail);
        WriteResult(json, message.Result);
    });

    public static byte[] Warning(MessageRecord message, Mismatch mismatch) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("attribute", mismatch.Attribute.ToString().ToUpperInvariant());
        json.WriteString("wanted", mismatch.Wanted);
        json.WriteString("is", mismatch.Is);
        json.WriteString("warning", mismatch.Text);
    });

    public static byte[] Result(MessageRecord message) => Write(json =>
    {
        WriteMessage(json, message);
        WriteResult(json, message.Result);
    });

    public static byte[] Campaign(MessageRecord message, CampaignState campaign) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("phase", campaign.Phase.ToString().ToUpperInvariant());
        json.WriteNumber("targets", campaign.Targets);
        json.WriteNumber("dispatched", campaign.Dispatched);
        if (campaign.Reason is not null) json.WriteString("reason", campaign.Reason);
    });

    /// <summary>A transaction's outcome, with that of each object; an object without one is in doubt.</summary>
    public static byte[] Outcome(MessageRecord message, IReadOnlyList<MessageRecord> parts) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("outcome", message.Outcome!.Value.ToString().ToUpperInvariant());
        if (message.Detail is not null) json.WriteString("detail", message.Detail);
        WriteMembers(json, parts);
    });

    /// <summary>The last object in doubt has answered.</summary>
    public static byte[] Settled(MessageRecord message, IReadOnlyList<MessageRecord> parts) => Write(json =>
    {
        WriteMessage(json, message);
        WriteMembers(json, parts);
    });

    /// <summary>An object that was in doubt has answered.</summary>
    public static byte[] Settled(MessageRecord message, bool commits, MessageResult result) => Write(json =>
    {
        WriteMessage(json, message);
        json.WriteString("decision", commits ? "COMMIT" : "ROLLBACK");
        WriteResult(json, result);
    });

    public static byte[] Reachability(Reachability reachability, long until) => Write(json =>
    {
        json.WriteString("reachability", reachability.ToString().ToUpperInvariant());
        if (until != 0) json.WriteString("until", DateTimeOffset.FromUnixTimeMilliseconds(until).UtcDateTime);
    });

    public static byte[] Registration(Registration registration) => Write(json =>
    {
        json.WriteNumber("lifetime", (long)registration.Lifetime.TotalSeconds);
        json.WriteString("links", registration.Links);
        json.WriteStartObject("parameters");
        foreach (var (name, value) in registration.Parameters) json.WriteString(name, value);
        json.WriteEndObject();
    });

    public static byte[] Description(ObjectDescription description) => Write(json =>
    {
        json.WriteString("kind", description.Kind.ToString().ToUpperInvariant());
        if (description.Gateway is not null) json.WriteString("gateway", Names.Objects + description.Gateway);
        WriteCharacteristics(json, "characteristics", description.Preconfigured);
        WriteCharacteristics(json, "providedCharacteristics", description.Provided);
    });

    public static byte[] Import(ImportStatus import) => Write(json =>
    {
        json.WriteNumber("created", import.Created);
        json.WriteNumber("unchanged", import.Unchanged);
        json.WriteNumber("updated", import.Updated);
        json.WriteNumber("failed", import.Failed);
    });

    /// <param name="due">Unix milliseconds: when the last of them was due.</param>
    /// <param name="inARow">All that did not come since the last one that did.</param>
    public static byte[] Missed(string task, long due, int count, int inARow, bool isKept) => Write(json =>
    {
        json.WriteString("task", Names.ReportTasks + task);
        json.WriteString("dueTime", DateTimeOffset.FromUnixTimeMilliseconds(due).UtcDateTime);
        json.WriteNumber("count", count);
        json.WriteNumber("inARow", inARow);
        json.WriteBoolean("told", isKept);
    });

    /// <summary>A question that was not answered.</summary>
    public static byte[] Missed(string task, MessageRecord question) => Write(json =>
    {
        json.WriteString("task", Names.ReportTasks + task);
        json.WriteString("dueTime", question.ExpiresAt.UtcDateTime);
        json.WriteString("message", Names.Messages + question.Id);
        json.WriteString("outcome", question.Outcome!.Value.ToString().ToUpperInvariant());
        if (question.Detail is not null) json.WriteString("detail", question.Detail);
    });

    public static byte[] TaskEnded(string task, long reports) => Write(json =>
    {
        json.WriteString("task", Names.ReportTasks + task);
        json.WriteNumber("reports", reports);
    });

    public static byte[] Reason(string reason) => Write(json => json.WriteString("reason", reason));

    public static byte[] Hold(CommandHold? hold, string how, CommandHold? former) => Write(json =>
    {
        json.WriteString("change", how);
        if (hold is not null)
        {
            json.WriteString("holder", Names.Applications + hold.Application);
            json.WriteNumber("priority", hold.Priority);
            json.WriteString("until", hold.Until.UtcDateTime);
        }

        if (former is not null) json.WriteString("former", Names.Applications + former.Application);
    });

    public static byte[] Fault(long reportId, string fault, string contentType) => Write(json =>
    {
        json.WriteString("fault", fault);
        json.WriteString("report", reportId.ToString("x16", null));
        json.WriteString("contentType", contentType);
    });

    private static void WriteMessage(Utf8JsonWriter json, MessageRecord message)
    {
        json.WriteString("message", Names.Messages + message.Id);
        json.WriteString("target", message.Target);
        if (message.Parent is { } parent) json.WriteString("parent", Names.Messages + parent);
        if (message.Peer is { } peer) json.WriteString("from", Names.Objects + peer);
        if (message.Application.Length > 0) json.WriteString("application", Names.Applications + message.Application);
    }

    private static void WriteMembers(Utf8JsonWriter json, IReadOnlyList<MessageRecord> parts)
    {
        json.WriteStartArray("members");
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteString("target", part.Target);
            json.WriteString("message", Names.Messages + part.Id);
            if (part.Outcome is { } outcome) json.WriteString("outcome", outcome.ToString().ToUpperInvariant());
            if (part.Detail is not null) json.WriteString("detail", part.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter json, MessageResult? result)
    {
        if (result is null) return;
        json.WriteStartObject("result");
        json.WriteBoolean("ok", result.Ok);
        if (result.ContentType is not null) json.WriteString("contentType", result.ContentType);
        if (result.Payload is not null) json.WriteBase64String("payload", result.Payload);
        json.WriteEndObject();
    }

    private static void WriteCharacteristics(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(value);
        }

        json.WriteEndObject();
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
