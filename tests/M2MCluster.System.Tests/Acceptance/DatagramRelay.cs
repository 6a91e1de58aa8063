using System.Net;
using System.Net.Sockets;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Stands between one CoAP device and the node, and carries on what passes.</summary>
internal sealed class DatagramRelay : IAsyncDisposable
{
    private readonly Socket _outer = Open();
    private readonly Socket _inner = Open();
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<ReadOnlyMemory<byte>, bool, Task<bool>> _passes;
    private readonly Task[] _running;
    private EndPoint? _device;

    /// <param name="node">The node's CoAP port on loopback.</param>
    /// <param name="passes">Whether the datagram goes on, awaited before it does; the second is whether the device sent it. One at a time for each direction.</param>
    public DatagramRelay(int node, Func<ReadOnlyMemory<byte>, bool, Task<bool>> passes)
    {
        _passes = passes;
        _inner.Connect(new IPEndPoint(IPAddress.Loopback, node));
        _running = [FromDeviceAsync(), FromNodeAsync()];
    }

    public IPEndPoint EndPoint => (IPEndPoint)_outer.LocalEndPoint!;

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

    private Task FromDeviceAsync() => RunAsync(true, async buffer =>
    {
        var received = await _outer.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _ending.Token);
        _device = received.RemoteEndPoint;
        return received.ReceivedBytes;
    }, datagram => _inner.SendAsync(datagram, SocketFlags.None, _ending.Token).AsTask());

    private Task FromNodeAsync() => RunAsync(
        false,
        async buffer => await _inner.ReceiveAsync(buffer, SocketFlags.None, _ending.Token),
        datagram => _outer.SendToAsync(datagram, SocketFlags.None, _device!, _ending.Token).AsTask());

    private async Task RunAsync(bool fromDevice, Func<byte[], Task<int>> receive, Func<ReadOnlyMemory<byte>, Task> send)
    {
        try
        {
            while (true)
            {
                try
                {
                    var buffer = new byte[2048];
                    var datagram = buffer.AsMemory(0, await receive(buffer));
                    if (await _passes(datagram, fromDevice)) await send(datagram);
                }
                catch (SocketException) when (!_ending.IsCancellationRequested)
                {
                    // An ICMP error came back: the node is away, and what is sent meanwhile is lost.
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }
}
