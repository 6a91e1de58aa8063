namespace M2MCluster.Edge.Coap;

/// <summary>A datagram as it came in, its bytes its own.</summary>
internal readonly record struct CoapDatagram(byte[] Bytes, UdpAddress From);
