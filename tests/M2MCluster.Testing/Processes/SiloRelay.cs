using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Testing.Processes;

/// <summary>
/// What other silos connect to instead of the silo itself. It knows which silo a connection comes from, and can cut that one off: close its connections and
/// take no new ones, or let nothing through in one direction or both, as a network that loses packets would, until the cut is healed. Linux only.
/// </summary>
public sealed class SiloRelay : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<HostProcess, SiloCut> _cuts = new();
    private readonly ConcurrentDictionary<Connection, bool> _open = new();
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener;
    private readonly int _port;
    private readonly int _target;
    private readonly Task _accepting;
    private IReadOnlyList<HostProcess> _silos = [];

    public SiloRelay(int port, int target)
    {
        _port = port;
        _target = target;
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Tells who may connect; before, nobody is cut off.</summary>
    public void Know(IReadOnlyList<HostProcess> silos) => _silos = silos;

    /// <summary>Cuts off what comes from the silo, or heals it by <see cref="SiloCut.None"/>.</summary>
    public void Cut(HostProcess from, SiloCut cut)
    {
        _cuts[from] = cut;
        if (cut != SiloCut.Refused) return;
        foreach (var (connection, _) in _open)
        {
            if (WhoseIs(connection) == from) connection.Outer.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var (connection, _) in _open) connection.Outer.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var outer = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = ServeAsync(outer);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient outer)
    {
        var connection = new Connection(outer);
        try
        {
            using (outer)
            using (var inner = new TcpClient { NoDelay = true })
            {
                outer.NoDelay = true;
                connection.Socket = SocketOf(((IPEndPoint)outer.Client.RemoteEndPoint!).Port);
                if (CutOf(connection) == SiloCut.Refused) return;
                _open[connection] = true;
                await inner.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                await Task.WhenAny(
                    PumpAsync(outer.GetStream(), inner.GetStream(), connection, SiloCut.In),
                    PumpAsync(inner.GetStream(), outer.GetStream(), connection, SiloCut.Out));
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
        finally
        {
            _open.TryRemove(connection, out _);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Connection connection, SiloCut direction)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var length = await from.ReadAsync(buffer, _end.Token);
                if (length == 0) return;
                while ((CutOf(connection) & direction) != 0) await Task.Delay(Poll, _end.Token);
                await to.WriteAsync(buffer.AsMemory(0, length), _end.Token);
            }
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    private SiloCut CutOf(Connection connection) =>
        !_cuts.IsEmpty && WhoseIs(connection) is { } silo && _cuts.TryGetValue(silo, out var cut) ? cut : SiloCut.None;

    private HostProcess? WhoseIs(Connection connection) =>
        connection.From ??= connection.Socket is { } socket ? _silos.FirstOrDefault(silo => Holds(silo.ProcessId, socket)) : null;

    // Connections on loopback differ by port only; the system knows whose the other end is.
    private string? SocketOf(int port)
    {
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var remote = string.Create(CultureInfo.InvariantCulture, $":{_port:X4}");
        return ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(local, StringComparison.Ordinal) && fields[2].EndsWith(remote, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]").FirstOrDefault();
    }

    private static bool Holds(int process, string socket)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name == socket);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed class Connection(TcpClient outer)
    {
        public TcpClient Outer => outer;

        /// <summary>The other end's, by the name that the system gives it.</summary>
        public string? Socket { get; set; }

        public HostProcess? From { get; set; }
    }
}
