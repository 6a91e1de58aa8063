using System.Text.Json;
using System.Text.Unicode;
using M2MCluster.Protocols;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge;

/// <summary>Reads a report far enough to know that it is what it says, whatever bearer brought it.</summary>
internal static class ReportPayload
{
    /// <summary>Why the payload is no well-formed report of its media type; null if it is one.</summary>
    /// <param name="format">The content format; a number that no report may have is a fault.</param>
    public static string? FaultIn(int? format, byte[] payload) => FaultIn(format, payload, out _);

    /// <summary>As above.</summary>
    /// <param name="records">Of a SenML pack, as they stand in it; null for any other format.</param>
    public static string? FaultIn(int? format, byte[] payload, out IReadOnlyList<SenmlRecord>? records)
    {
        records = null;
        return format switch
        {
            CoapContentFormat.SenmlJson => FaultIn(SenmlJson.Read(payload), out records),
            CoapContentFormat.SenmlCbor => FaultIn(SenmlCbor.Read(payload), out records),
            CoapContentFormat.Json => IsJson(payload) ? null : "not JSON",
            CoapContentFormat.TextPlain => IsText(payload) ? null : "not UTF-8",
            CoapContentFormat.OctetStream => null,
            _ => "a content format that is not read here",
        };
    }

    private static string? FaultIn(Decoded<IReadOnlyList<SenmlRecord>> pack, out IReadOnlyList<SenmlRecord>? records)
    {
        records = pack.Value;
        if (!pack.IsOk) return pack.Reason;
        var resolved = SenmlResolver.Resolve(pack.Value, now: 0);
        if (!resolved.IsOk) return resolved.Reason;
        return resolved.Value.Count == 0 ? "a pack without a value" : null;
    }

    private static bool IsJson(byte[] payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsText(byte[] payload) => Utf8.IsValid(payload);
}
