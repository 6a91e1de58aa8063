using System.Net;
using System.Net.Sockets;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Load;

/// <summary>
/// A device's UDP socket: one confirmable request at a time, the same datagram sent again until it is answered, at another silo after a few times.
/// </summary>
internal sealed class CoapPeer : IDisposable
{
    private const int TransmissionsBeforeMove = 4;
    private static readonly TimeSpan Retransmission = TimeSpan.FromMilliseconds(300);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Edge _edge;
    private ushort _next;

    public CoapPeer(Edge edge)
    {
        _edge = edge;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>Returns the first answer that is not to come later; null if it was stopped before there was one.</summary>
    public async Task<CoapMessage?> CallAsync(CoapMessage request, CancellationToken stop = default)
    {
        request.Type = CoapType.Confirmable;
        request.MessageId = ++_next;
        request.Token = CoapToken.OfNumber(_next);
        var datagram = CoapEncoder.Encode(request);
        for (var transmission = 1; !stop.IsCancellationRequested; transmission++)
        {
            if (await TryExchangeAsync(datagram, request.Token) is { } answer)
            {
                // Later, here rather soon; and who speaks for others may have lost them.
                if (answer.Code != CoapCode.ServiceUnavailable && answer.Code != CoapCode.TooManyRequests) return answer;
                await Task.Delay(Retransmission, CancellationToken.None);
            }

            if (transmission % TransmissionsBeforeMove == 0) _edge.Move();
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<CoapMessage?> TryExchangeAsync(byte[] datagram, CoapToken token)
    {
        var node = new IPEndPoint(IPAddress.Loopback, _edge.Port);
        using var patience = new CancellationTokenSource(Retransmission);
        try
        {
            await _socket.SendToAsync(datagram, node);
            var buffer = new byte[1500];
            while (true)
            {
                var heard = await _socket.ReceiveFromAsync(buffer, node, patience.Token);
                if (CoapDecoder.Decode(buffer.AsMemory(0, heard.ReceivedBytes).ToArray(), out var answer, out _) != CoapDecodeStatus.Ok) continue;

                // A response of its own, confirmable, instead of one on the acknowledgement.
                if (answer.Type == CoapType.Confirmable) await _socket.SendToAsync(CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, answer.MessageId), heard.RemoteEndPoint);
                if (answer.Code.IsResponse && answer.Token == token) return answer;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (SocketException)
        {
            // Nobody listens: an ICMP error came back.
            await Task.Delay(Retransmission / 10, CancellationToken.None);
            return null;
        }
    }
}
