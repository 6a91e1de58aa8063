using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Testing.Processes;

/// <summary>
/// Ports on loopback, free for TCP and for UDP. Each is given out once, and to nobody else who asks here, in whatever process: a server may take its port much later, or be
/// down for a while. They lie below the range from which the system gives ports to outgoing connections: one of those could take the port of a server that is down,
/// or connect to itself.
/// </summary>
public static class Ports
{
    private const int First = 10_000;
    private const int BlockSize = 200;
    private const int Blocks = 110;

    private static readonly Lock Gate = new();
    private static readonly List<Socket> Claims = [];
    private static int _next;
    private static int _left;

    /// <summary>A port.</summary>
    public static int Take()
    {
        lock (Gate)
        {
            while (true)
            {
                if (_left == 0) (_next, _left) = (First + (ClaimBlock() * BlockSize), BlockSize);
                var endpoint = new IPEndPoint(IPAddress.Loopback, _next++);
                _left--;
                if (IsFree(SocketType.Stream, ProtocolType.Tcp, endpoint) && IsFree(SocketType.Dgram, ProtocolType.Udp, endpoint)) return endpoint.Port;
            }
        }
    }

    /// <summary>A port for each name.</summary>
    public static Dictionary<string, int> Take(string[] names) => names.ToDictionary(name => name, _ => Take());

    /// <summary>A block that no process has: whoever has it holds a name in the system, which goes with the process.</summary>
    private static int ClaimBlock()
    {
        var start = Random.Shared.Next(Blocks);
        for (var i = 0; i < Blocks; i++)
        {
            var block = (start + i) % Blocks;
            // Only Linux has names of sockets that are no files; elsewhere chance has to do.
            if (!OperatingSystem.IsLinux()) return block;
            var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                claim.Bind(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"\0m2m-test-ports-{block}")));
                Claims.Add(claim);
                return block;
            }
            catch (SocketException)
            {
                claim.Dispose();
            }
        }

        throw new InvalidOperationException("all ports for tests are claimed");
    }

    private static bool IsFree(SocketType type, ProtocolType protocol, IPEndPoint endpoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(endpoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
