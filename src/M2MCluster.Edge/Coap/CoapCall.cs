using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>A request that has its route and its whole body.</summary>
internal sealed record CoapCall(CoapSession Session, CoapMessage Request, CoapRoute Route, ReadOnlyMemory<byte> Body);
