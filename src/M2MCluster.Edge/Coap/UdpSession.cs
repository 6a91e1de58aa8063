using System.Net;
using System.Net.Sockets;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Coap;

/// <summary>A peer on plain UDP. Who it is it only claims.</summary>
internal sealed class UdpSession(CoapShard shard, UdpAddress address, Socket socket) : CoapSession(shard, address.ToString(), Strength.Claimed)
{
    private readonly SocketAddress _remote = address.ToSocketAddress(socket.AddressFamily);

    public UdpAddress Address { get; } = address;

    public override void Transmit(ReadOnlyMemory<byte> datagram)
    {
        try
        {
            socket.SendTo(datagram.Span, SocketFlags.None, _remote);
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
            // Unreachable, buffer full, or closing: retransmission deals with lost datagrams.
        }
    }
}
