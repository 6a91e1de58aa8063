using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace M2MCluster.Protocols.Camara;

/// <summary>
/// The JSON of CAMARA's Quality-on-Demand API (github.com/camaraproject/QualityOnDemand, quality-on-demand.yaml) as a client speaks it, and the CloudEvents by which it is told of changes.
/// Members that are not known are passed over, as its guidelines want it.
/// </summary>
public static class QodJson
{
    private const int MaxText = 512;

    /// <summary>The body of <c>POST /sessions</c>.</summary>
    public static byte[] WriteSession(QodSessionDraft draft) => Write(json =>
    {
        ArgumentNullException.ThrowIfNull(draft);
        WriteDevice(json, draft);
        json.WriteStartObject("applicationServer");
        json.WriteString(draft.ServerAddress.Contains(':', StringComparison.Ordinal) ? "ipv6Address" : "ipv4Address", draft.ServerAddress);
        json.WriteEndObject();
        json.WriteString("qosProfile", draft.Profile);
        json.WriteNumber("duration", draft.Seconds);
        if (draft.Sink is null) return;
        json.WriteString("sink", draft.Sink.AbsoluteUri);
        json.WriteStartObject("sinkCredential");
        json.WriteString("credentialType", "ACCESSTOKEN");
        json.WriteString("accessToken", draft.SinkToken);
        json.WriteString("accessTokenExpiresUtc", draft.SinkTokenExpires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("accessTokenType", "bearer");
        json.WriteEndObject();
    });

    /// <summary>The body of <c>POST /retrieve-sessions</c>.</summary>
    public static byte[] WriteDevice(QodSessionDraft draft) => Write(json => WriteDevice(json, draft));

    /// <summary>The body of <c>POST /sessions/{sessionId}/extend</c>.</summary>
    public static byte[] WriteExtension(int seconds) => Write(json => json.WriteNumber("requestedAdditionalDuration", seconds));

    /// <summary>Null: it is none.</summary>
    public static QodSession? ReadSession(ReadOnlyMemory<byte> body) => Read(body, SessionOf);

    /// <summary>The sessions of a device; null: it is no such list.</summary>
    public static IReadOnlyList<QodSession>? ReadSessions(ReadOnlyMemory<byte> body) => Read(body, root =>
        root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Select(SessionOf).OfType<QodSession>().ToList() : null);

    /// <summary>The session of which a notification tells (<c>…quality-on-demand.v1.qos-status-changed</c>); null: it is none.</summary>
    public static QodSession? ReadNotification(ReadOnlyMemory<byte> body) => Read(body, root =>
        Text(root, "type")?.EndsWith(".qos-status-changed", StringComparison.Ordinal) == true && root.TryGetProperty("data", out var data) ? SessionOf(data) : null);

    public static QodError ReadError(int status, ReadOnlyMemory<byte> body) =>
        new(status, Read(body, root => Text(root, "code")) ?? "", Read(body, root => Text(root, "message")) ?? "");

    private static QodSession? SessionOf(JsonElement root)
    {
        if (Text(root, "sessionId") is not { Length: > 0 } id || Text(root, "qosStatus") is not ("REQUESTED" or "AVAILABLE" or "UNAVAILABLE")) return null;
        DateTimeOffset? expires = DateTimeOffset.TryParse(Text(root, "expiresAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
        return new(id, Text(root, "qosStatus")!, Text(root, "qosProfile"), expires, Text(root, "statusInfo"));
    }

    private static void WriteDevice(Utf8JsonWriter json, QodSessionDraft draft)
    {
        json.WriteStartObject("device");
        if (draft.PhoneNumber is { } number) json.WriteString("phoneNumber", number);
        else if (IPAddress.TryParse(draft.DeviceAddress, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6) json.WriteString("ipv6Address", draft.DeviceAddress);
        else
        {
            json.WriteStartObject("ipv4Address");
            json.WriteString("publicAddress", draft.DeviceAddress);
            json.WriteNumber("publicPort", draft.DevicePort ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MaxText } text ? text : null;

    private static T? Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return read(document.RootElement);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
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
