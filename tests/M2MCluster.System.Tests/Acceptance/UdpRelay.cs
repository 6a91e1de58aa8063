using System.Net;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Stands between one CoAP device and the node, and shows each message before it goes on.</summary>
/// <param name="node">The node's CoAP port on loopback.</param>
/// <param name="passes">Awaited before the datagram goes on; the second is whether the device sent it. One at a time for each direction.</param>
internal sealed class UdpRelay(int node, Func<CoapMessage, bool, Task> passes) : IAsyncDisposable
{
    private readonly DatagramRelay _relay = new(node, async (datagram, fromDevice) =>
    {
        if (CoapDecoder.Decode(datagram, out var message, out _) == CoapDecodeStatus.Ok) await passes(message, fromDevice);
        return true;
    });

    public IPEndPoint EndPoint => _relay.EndPoint;

    public ValueTask DisposeAsync() => _relay.DisposeAsync();
}
