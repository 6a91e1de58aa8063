namespace M2MCluster.Device;

/// <summary>A request to one of the device's own resources.</summary>
/// <param name="Method"><c>GET</c>, <c>POST</c>, <c>PUT</c>, <c>DELETE</c>, <c>FETCH</c>, <c>PATCH</c> or <c>IPATCH</c>.</param>
/// <param name="Path">Absolute, with query if any.</param>
/// <param name="Accept">The media type wanted of the answer, if one is.</param>
public sealed record DeviceCommand(string Method, string Path, string? ContentType, string? Accept, ReadOnlyMemory<byte> Payload);
