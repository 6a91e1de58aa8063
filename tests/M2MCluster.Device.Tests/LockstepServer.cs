using System.Net;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Device.Tests;

/// <summary>Plays the platform datagram by datagram on a port of its own; the device's clock stands still unless it is moved.</summary>
internal sealed class LockstepServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public LockstepServer() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Where the last datagram came from.</summary>
    public EndPoint Peer { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public CoapDevice CreateDevice(CommandHandler? commands = null, int blockSize = 1024) => new(
        new CoapDeviceOptions { Name = "meter-1", Server = EndPoint, Commands = commands, Links = commands is null ? "" : "</led>", BlockSize = blockSize },
        Time);

    public async Task<CoapMessage> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[2048];
        var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, Peer, patience.Token);
        Peer = received.RemoteEndPoint;
        Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(buffer.AsMemory(0, received.ReceivedBytes), out var message, out _));
        return message;
    }

    /// <summary>Moves the clock until the device sends something.</summary>
    public async Task<CoapMessage> ReceiveLaterAsync(TimeSpan step)
    {
        Time.Advance(step);
        return await ReceiveAsync();
    }

    public bool HasReceived => _socket.Available > 0;

    /// <summary>A piggybacked answer.</summary>
    public void Answer(CoapMessage request, CoapCode code, Action<CoapMessage>? more = null)
    {
        var answer = new CoapMessage(code) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        more?.Invoke(answer);
        Send(answer);
    }

    public void Send(CoapMessage message) => _socket.SendTo(CoapEncoder.Encode(message), Peer);

    public void SendEmpty(CoapType type, ushort messageId) => _socket.SendTo(CoapEncoder.EncodeEmpty(type, messageId), Peer);

    public static string Text(CoapMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    public void Dispose() => _socket.Dispose();
}
