using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>
/// A radio between one CoAP device and the node: it loses a share of the datagrams each way, and counts them all. Which ones are lost follows from a seed, and from which datagram of
/// its direction each is.
/// </summary>
internal sealed class LossyRelay : IAsyncDisposable
{
    private readonly Socket _outer = Open();
    private readonly Socket _inner = Open();
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<(bool FromDevice, byte[] Datagram)> _air = new();
    private readonly Task[] _running;
    private double _loss;
    private EndPoint? _device;

    public LossyRelay(int node, int seed)
    {
        _inner.Connect(new IPEndPoint(IPAddress.Loopback, node));
        _running =
        [
            RunAsync(true, new Random(seed), async buffer =>
            {
                var received = await _outer.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _ending.Token);
                _device = received.RemoteEndPoint;
                return received.ReceivedBytes;
            }, datagram => _inner.SendAsync(datagram, SocketFlags.None, _ending.Token).AsTask()),
            RunAsync(false, new Random(seed + 1), async buffer => await _inner.ReceiveAsync(buffer, SocketFlags.None, _ending.Token),
                datagram => _outer.SendToAsync(datagram, SocketFlags.None, _device!, _ending.Token).AsTask()),
        ];
    }

    public IPEndPoint EndPoint => (IPEndPoint)_outer.LocalEndPoint!;

    /// <summary>The part of the datagrams that is lost in each direction, 0–1.</summary>
    public double Loss
    {
        get => Volatile.Read(ref _loss);
        set => Volatile.Write(ref _loss, value);
    }

    public int Lost { get; private set; }

    /// <summary>All that was sent so far, lost or not.</summary>
    public IReadOnlyList<(bool FromDevice, byte[] Datagram)> Air => [.. _air];

    /// <summary>What the largest one was, for a failure's message.</summary>
    public string Largest()
    {
        var (fromDevice, datagram) = _air.MaxBy(sent => sent.Datagram.Length);
        CoapDecoder.Decode(datagram, out var message, out _);
        var options = message.Options.Select(option => $"{option.Number}:{option.Value.Length}");
        return $"{datagram.Length} bytes from the {(fromDevice ? "device" : "node")}: {message.Code}, options {string.Join(' ', options)}, payload {message.Payload.Length}";
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _outer.Dispose();
        _inner.Dispose();
        await Task.WhenAll(_running);
        _ending.Dispose();
    }

    private static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task RunAsync(bool fromDevice, Random random, Func<byte[], Task<int>> receive, Func<ReadOnlyMemory<byte>, Task> send)
    {
        try
        {
            var buffer = new byte[2048];
            while (true)
            {
                var datagram = buffer[..await receive(buffer)];
                _air.Enqueue((fromDevice, datagram));
                if (random.NextDouble() < Loss) Lost++;
                else await send(datagram);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over, or the node is away.
        }
    }
}
