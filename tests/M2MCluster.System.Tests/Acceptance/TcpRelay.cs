using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>Stands between devices and the node as an address translator does: connections come from an address of its own, and it can forget those that there are.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private readonly Task _accepting;
    private readonly int _node;
    private CancellationTokenSource _forgetting = new();
    private long _down;

    /// <param name="node">The node's port on loopback.</param>
    public TcpRelay(int node)
    {
        _node = node;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that went from the node to devices.</summary>
    public long Down => Interlocked.Read(ref _down);

    /// <summary>Nothing goes through the connections that are open any more, and neither end is told.</summary>
    public void Forget() => Interlocked.Exchange(ref _forgetting, new()).Cancel();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Forget();
        _listener.Dispose();
        await _accepting;
        foreach (var socket in _sockets) socket.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var outer = await _listener.AcceptTcpClientAsync(_ending.Token);
                var inner = new TcpClient();
                _sockets.Add(outer);
                _sockets.Add(inner);
                await inner.ConnectAsync(IPAddress.Loopback, _node, _ending.Token);
                var forgotten = _forgetting.Token;
                _ = PumpAsync(outer, inner, _ => { }, forgotten);
                _ = PumpAsync(inner, outer, length => Interlocked.Add(ref _down, length), forgotten);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over, or the node is away.
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, Action<int> passed, CancellationToken forgotten)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var length = await from.GetStream().ReadAsync(buffer, forgotten);
                if (length == 0) break;
                passed(length);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), forgotten);
            }

            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
