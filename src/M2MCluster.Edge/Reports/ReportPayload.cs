using System.Text.Json;
using System.Text.Unicode;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge.Reports;

/// <summary>Whether a report's payload is what its content type says, so that what is stored can be read again.</summary>
internal static class ReportPayload
{
    public const string SenmlJsonType = "application/senml+json";
    public const string SenmlCborType = "application/senml+cbor";
    public const string JsonType = "application/json";
    public const string TextType = "text/plain";
    public const string OctetsType = "application/octet-stream";

    /// <summary>The records of a SenML pack, not resolved; null for another content type, or where the payload is invalid.</summary>
    /// <param name="contentType">A media type without parameters.</param>
    /// <param name="payload">The whole payload.</param>
    /// <param name="now">For relative times, which must resolve.</param>
    /// <param name="fault">Why the payload is invalid; null where it is valid.</param>
    public static IReadOnlyList<SenmlRecord>? Read(string contentType, ReadOnlyMemory<byte> payload, DateTimeOffset now, out string? fault)
    {
        fault = payload.IsEmpty ? "an empty report" : null;
        if (fault is not null) return null;
        switch (contentType)
        {
            case SenmlJsonType or SenmlCborType:
                var records = contentType == SenmlJsonType ? SenmlJson.Read(payload.Span) : SenmlCbor.Read(payload);
                fault = records.IsOk ? SenmlResolver.Resolve(records.Value, now.ToUnixTimeMilliseconds() / 1000d).Reason : records.Reason;
                return fault is null ? records.Value : null;
            case JsonType:
                fault = IsJson(payload.Span) ? null : "not JSON";
                return null;
            case TextType:
                fault = Utf8.IsValid(payload.Span) ? null : "not UTF-8";
                return null;
            default:
                return null;
        }
    }

    private static bool IsJson(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            // The reader has no other way to say it.
            return false;
        }
    }
}
