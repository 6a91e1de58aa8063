using M2MCluster.Contracts.Reports;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.FrontDoor.Reports;

/// <summary>A report's payload as resolved SenML (RFC 8428 section 4.6).</summary>
internal static class SenmlReading
{
    private const int MaxRecords = 4096;

    /// <summary>The records; none if the payload is of another type or cannot be read. Relative times count from the report's reception.</summary>
    public static IReadOnlyList<SenmlRecord> Read(StoredReport report)
    {
        if (report.Fault is not null) return [];
        var parameters = report.ContentType.IndexOf(';', StringComparison.Ordinal);
        var type = (parameters < 0 ? report.ContentType : report.ContentType[..parameters]).Trim();
        var pack = type.ToLowerInvariant() switch
        {
            "application/senml+json" => SenmlJson.Read(report.Payload, MaxRecords).Value,
            "application/senml+cbor" => SenmlCbor.Read(report.Payload, MaxRecords).Value,
            _ => null,
        };
        return pack is null ? [] : SenmlResolver.Resolve(pack, report.ReceivedAt.ToUnixTimeMilliseconds() / 1000d).Value ?? [];
    }
}
