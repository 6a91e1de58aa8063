using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// Receives datagrams on a thread of its own, since blocking calls cost least, and deals them out to the shards: all of one address to one.
/// </summary>
internal sealed class UdpListener(Socket socket, CoapMetrics metrics)
{
    private const int MaxDatagram = 65535;

    private CoapShard[] _shards = [];
    private Thread? _thread;
    private volatile bool _stopped;

    public void Start(CoapShard[] shards)
    {
        _shards = shards;
        _thread = new Thread(Receive) { IsBackground = true, Name = "CoAP receive" };
        _thread.Start();
    }

    /// <summary>Receives nothing more. The socket stays open for answers that are still to be sent.</summary>
    public void Stop()
    {
        _stopped = true;
        // Ends the blocking call; UDP has no connection to end, which the socket says by an exception.
        try
        {
            socket.Shutdown(SocketShutdown.Receive);
        }
        catch (SocketException)
        {
        }
    }

    public CoapShard ShardOf(UdpAddress address) => _shards[(uint)HashCode.Combine(address.High, address.Low, address.Port) % _shards.Length];

    private void Receive()
    {
        var buffer = new byte[MaxDatagram];
        var from = new SocketAddress(socket.AddressFamily);
        while (!_stopped)
        {
            int length;
            try
            {
                length = socket.ReceiveFrom(buffer, SocketFlags.None, from);
            }
            catch (SocketException) when (!_stopped)
            {
                continue;
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (_stopped) return;
            var address = UdpAddress.Of(from);
            if (!ShardOf(address).TryEnqueue(new CoapDatagram(buffer[..length], address))) metrics.Dropped();
        }
    }
}
