using System.Net;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>A device played datagram by datagram.</summary>
public sealed class RawCoap : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private ushort _nextId = 1;

    public RawCoap(IPEndPoint server)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Connect(server);
    }

    public string Address => _socket.LocalEndPoint!.ToString()!;

    /// <summary>Whether something has come that was not received yet.</summary>
    public bool HasMore => _socket.Available > 0;

    public static CoapMessage Request(CoapCode code, string path, int? format = null, string? payload = null, params string[] queries)
    {
        var request = new CoapMessage(code, Encoding.UTF8.GetBytes(payload ?? ""));
        request.Options.AddPath(path);
        foreach (var query in queries) request.Options.Add(CoapOptionNumber.UriQuery, query);
        if (format is { } number) request.Options.Add(CoapOptionNumber.ContentFormat, (uint)number);
        return request;
    }

    /// <summary>Sends a message; an id and a token are given where it has none.</summary>
    public CoapMessage Send(CoapMessage message)
    {
        if (message.MessageId == 0) message.MessageId = _nextId++;
        if (message.Code.IsRequest && message.Token.Length == 0) message.Token = CoapToken.OfNumber(message.MessageId);
        SendBytes(CoapEncoder.Encode(message));
        return message;
    }

    /// <summary>Speaks to another server from now on, from the same port.</summary>
    public void Connect(IPEndPoint server) => _socket.Connect(server);

    public void SendBytes(ReadOnlySpan<byte> datagram) => _socket.Send(datagram);

    public void Acknowledge(CoapMessage message) => SendBytes(CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, message.MessageId));

    public async Task<CoapMessage> Receive()
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(Patience);
        var length = await _socket.ReceiveAsync(buffer, patience.Token);
        Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(buffer.AsMemory(0, length), out var message, out _));
        return message;
    }

    public async Task<CoapMessage> Ask(CoapMessage request)
    {
        Send(request);
        var response = await Receive();
        Assert.Equal(request.Token, response.Token);
        return response;
    }

    public Task<CoapMessage> Ask(CoapCode code, string path, int? format = null, string? payload = null, params string[] queries) =>
        Ask(Request(code, path, format, payload, queries));

    public void Dispose() => _socket.Dispose();
}
