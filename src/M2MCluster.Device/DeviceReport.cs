using M2MCluster.Protocols.Senml;

namespace M2MCluster.Device;

/// <summary>Something that a device has to say. Kept and sent again unchanged after a failure, it is stored once.</summary>
/// <param name="Id">
/// Names the report among all reports of its object, for ever: 1–8 ASCII letters, digits, <c>-</c> or <c>_</c>. See <see cref="ReportIds"/>.
/// </param>
/// <param name="ContentType">A media type with a CoAP Content-Format: SenML JSON, SenML CBOR, JSON, plain text or octets.</param>
/// <param name="Payload">The body.</param>
public sealed record DeviceReport(string Id, string ContentType, ReadOnlyMemory<byte> Payload)
{
    public const string SenmlJsonType = "application/senml+json";
    public const string SenmlCborType = "application/senml+cbor";

    /// <summary>A pack as SenML JSON.</summary>
    public static DeviceReport OfJson(string id, IReadOnlyList<SenmlRecord> records) => new(id, SenmlJsonType, SenmlJson.Write(records));

    /// <summary>A pack as SenML CBOR.</summary>
    public static DeviceReport OfCbor(string id, IReadOnlyList<SenmlRecord> records) => new(id, SenmlCborType, SenmlCbor.Write(records));
}
