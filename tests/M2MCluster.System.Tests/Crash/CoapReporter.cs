using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace M2MCluster.System.Tests.Crash;

/// <summary>A device that reports numbers over plain CoAP, one at a time, and sends the same datagram again until it is acknowledged.</summary>
internal sealed class CoapReporter(string id, int port) : IReporter
{
    private static readonly TimeSpan Retransmission = TimeSpan.FromMilliseconds(300);

    public string ObjectId => id;

    public ConcurrentDictionary<int, bool> Acknowledged { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var node = new IPEndPoint(IPAddress.Loopback, port);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var datagram = Report(number);
            while (!await TryExchangeAsync(socket, node, datagram))
            {
            }

            Acknowledged[number] = true;
        }
    }

    private static async Task<bool> TryExchangeAsync(Socket socket, EndPoint node, byte[] datagram)
    {
        try
        {
            await socket.SendToAsync(datagram, node);
            using var patience = new CancellationTokenSource(Retransmission);
            var buffer = new byte[1500];
            while (true)
            {
                var length = (await socket.ReceiveFromAsync(buffer, node, patience.Token)).ReceivedBytes;
                var answer = buffer.AsMemory(0, length);
                if (length < 6 || !answer.Span[4..6].SequenceEqual(datagram.AsSpan(4, 2))) continue;

                // A response of its own, confirmable, instead of one on the acknowledgement.
                if ((answer.Span[0] & 0x30) == 0) await socket.SendToAsync(new byte[] { 0x60, 0, answer.Span[2], answer.Span[3] }, node);
                switch (answer.Span[1])
                {
                    case 0x44:
                        return true;
                    // 5.03 and 4.29: later; here at once.
                    case 0xA3 or 0x9D:
                        return false;
                    default:
                        throw new InvalidOperationException($"answered {answer.Span[1] >> 5}.{answer.Span[1] & 0x1F:00}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (SocketException)
        {
            // Nobody listens: an ICMP error came back.
            return false;
        }
    }

    // RFC 7252: CON POST, token of two bytes, Uri-Path (11) twice, Content-Format (12) 110, Uri-Query (15).
    private byte[] Report(int number)
    {
        var (high, low) = ((byte)(number >> 8), (byte)number);
        var query = Encoding.UTF8.GetBytes($"ep={id}");
        return
        [
            0x42, 0x02, high, low, high, low,
            0xB3, .. "m2m"u8, 0x07, .. "reports"u8, 0x11, 110,
            .. query.Length < 13 ? [(byte)(0x30 | query.Length)] : (byte[])[0x3D, (byte)(query.Length - 13)], .. query,
            0xFF, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""[{"n":"seq","v":{{number}}}]""")),
        ];
    }
}
