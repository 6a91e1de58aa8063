using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Device.Coap;

/// <summary>
/// The UDP socket of one device, connected to the platform. It can be replaced by one on another port, be deaf, and lose datagrams. What
/// goes wrong in sending or receiving is a lost datagram, as on any UDP path.
/// </summary>
internal sealed class CoapSocket : IAsyncDisposable
{
    // The largest block (1,024) with header and options fits twice.
    private const int LargestDatagram = 2048;

    private readonly IPEndPoint _server;
    private readonly IPAddress? _local;
    private readonly DeviceLink _link;
    private readonly CoapRadio _radio;
    private readonly Action<ReadOnlyMemory<byte>> _received;
    private readonly CancellationTokenSource _ending = new();
    private volatile Socket _socket;
    private Task _receiving;

    public CoapSocket(IPEndPoint server, IPAddress? local, DeviceLink link, CoapRadio radio, Action<ReadOnlyMemory<byte>> received)
    {
        _server = server;
        _local = local;
        _link = link;
        _radio = radio;
        _received = received;
        _socket = Open();
        _receiving = ReceiveAsync(_socket);
    }

    /// <summary>While true, what comes in is dropped, as by a radio that is off.</summary>
    public bool Deaf
    {
        get => _radio.IsOff;
        set => _radio.IsOff = value;
    }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Send(ReadOnlyMemory<byte> datagram)
    {
        if (_link.Drops()) return;
        try
        {
            _radio.Tell(RadioEvent.TransmissionBegins, datagram.Length);
            _socket.Send(datagram.Span, SocketFlags.None, out _);
            _radio.Tell(RadioEvent.TransmissionEnded, datagram.Length);
        }
        catch (ObjectDisposedException)
        {
            // Replaced or closed in this moment: the datagram is lost.
        }
    }

    /// <summary>Leaves from another port from now on, as after a NAT forgot its mapping.</summary>
    public async ValueTask RebindAsync()
    {
        var (old, ended) = (_socket, _receiving);
        _socket = Open();
        _receiving = ReceiveAsync(_socket);
        old.Dispose();
        await ended.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);
        _ending.Dispose();
    }

    private Socket Open()
    {
        var socket = new Socket(_server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (_local is not null) socket.Bind(new IPEndPoint(_local, 0));
        socket.Connect(_server);
        return socket;
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(LargestDatagram);
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var length = await socket.ReceiveAsync(buffer, SocketFlags.None, _ending.Token).ConfigureAwait(false);
                if (Deaf) _link.CountDropped();
                else if (!_link.Drops())
                {
                    _radio.Tell(RadioEvent.Received, length);
                    _received(buffer.AsMemory(0, length).ToArray());
                }
            }
            catch (SocketException) when (ReferenceEquals(socket, _socket) && !_ending.IsCancellationRequested)
            {
                // The platform's port is closed at the moment (ICMP): retransmission takes care.
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }
}
