namespace M2MCluster.Contracts.Messages;

/// <summary>A message that is a request to a resource of the object, for a device that is a CoAP server or reads it in its mailbox.</summary>
/// <param name="Method"><c>GET</c>, <c>POST</c>, <c>PUT</c>, <c>DELETE</c>, <c>FETCH</c>, <c>PATCH</c> or <c>IPATCH</c> (RFC 7252, RFC 8132).</param>
/// <param name="Path">Absolute path, with query if any.</param>
/// <param name="Accept">Media type wanted of the answer.</param>
[GenerateSerializer, Immutable, Alias("m2m.Command")]
public sealed record Command(
    [property: Id(0)] string Name,
    [property: Id(1)] string Method,
    [property: Id(2)] string Path,
    [property: Id(3)] string? Accept = null);
