using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap.Groups;

/// <summary>
/// The socket of one group address. A request goes out once, non-confirmable (RFC 7252 section 8.1); each who heard it answers from an address of its own within its leisure,
/// and is known by that and the token.
/// </summary>
internal sealed class CoapGroup : IDisposable
{
    private const int MaxDatagram = 65535;

    // More than that wait for answers at most; the oldest gives way.
    private const int MaxOpen = 256;

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly IPEndPoint _address;
    private readonly CoapMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Dictionary<CoapToken, CoapCast> _open = [];
    private ushort _nextId = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
    private Task _receiving = Task.CompletedTask;

    /// <exception cref="SocketException">The interface is not there.</exception>
    public CoapGroup(CoapGroupOptions options, string edge, CoapMetrics metrics, TimeProvider time)
    {
        Options = options;
        _address = IPEndPoint.Parse(options.Address);
        _metrics = metrics;
        _time = time;
        var from = options.InterfaceOr(edge);
        _socket = new Socket(from.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(new IPEndPoint(from, 0));
            if (from.AddressFamily == AddressFamily.InterNetwork)
            {
                _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, from.GetAddressBytes());
                _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, options.Hops);
            }
            else
            {
                _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, IndexOf(from));
                _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, options.Hops);
            }
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public CoapGroupOptions Options { get; }

    public void Start() => _receiving = ReceiveAsync();

    /// <summary>Sends a request to all. False: the network refused it.</summary>
    public bool Send(CoapMessage request, CoapCast cast)
    {
        Span<byte> token = stackalloc byte[CoapToken.MaxLength];
        RandomNumberGenerator.Fill(token);
        request.Type = CoapType.NonConfirmable;
        request.Token = new(token);
        lock (_gate)
        {
            request.MessageId = ++_nextId;
            var now = _time.GetUtcNow();
            foreach (var over in _open.Where(entry => entry.Value.ForgottenAt <= now).Select(entry => entry.Key).ToList()) _open.Remove(over);
            if (_open.Count >= MaxOpen) _open.Remove(_open.MinBy(entry => entry.Value.ForgottenAt).Key);
            _open.Add(request.Token, cast);
        }

        try
        {
            _socket.SendTo(CoapEncoder.Encode(request), _address);
            _metrics.Cast();
            return true;
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
            lock (_gate) _open.Remove(request.Token);
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    public Task StopAsync()
    {
        Dispose();
        return _receiving;
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[MaxDatagram];
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(_address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
                Take(buffer.AsMemory(0, received.ReceivedBytes).ToArray(), (IPEndPoint)received.RemoteEndPoint);
            }
            catch (SocketException failure) when (failure.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket))
            {
                // An answer of the network to what was sent: whoever is not there.
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(byte[] datagram, IPEndPoint from)
    {
        if (CoapDecoder.Decode(datagram, out var message, out _) != CoapDecodeStatus.Ok || !message.Code.IsResponse || message.Type == CoapType.Acknowledgement) return;
        CoapCast? cast;
        lock (_gate) cast = _open.GetValueOrDefault(message.Token);
        var isMember = cast is not null && cast.ForgottenAt > _time.GetUtcNow() && cast.Answer(UdpAddress.Of(from.Serialize()).ToString(), message);
        _metrics.CastAnswered(isMember);
        if (cast is not null && message.Type == CoapType.Confirmable) Acknowledge(message.MessageId, from);
    }

    private void Acknowledge(ushort messageId, IPEndPoint to)
    {
        try
        {
            _socket.SendTo(CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, messageId), to);
        }
        catch (Exception refused) when (refused is SocketException or ObjectDisposedException)
        {
            // It answers again.
        }
    }

    private static int IndexOf(IPAddress address)
    {
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            var properties = network.GetIPProperties();
            if (properties.UnicastAddresses.Any(own => own.Address.Equals(address))) return properties.GetIPv6Properties().Index;
        }

        throw new SocketException((int)SocketError.AddressNotAvailable);
    }
}
