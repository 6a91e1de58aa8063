using System.Net.Sockets;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// The sessions of plain UDP peers by address, bounded: the one that was silent longest makes room. Nothing is kept for an address that
/// has not shown that it receives what is sent to it (RFC 9175), and it is answered with three times its bytes at most.
/// </summary>
internal sealed class UdpSessions(CoapShard shard, Socket socket, EchoChallenge echo, bool trustLoopback, int limit, Action<CoapSession> forget)
{
    private const int MaxAmplification = 3;

    private readonly Dictionary<UdpAddress, LinkedListNode<UdpSession>> _byAddress = [];
    private readonly LinkedList<UdpSession> _bySilence = new();

    /// <summary>The session that a message belongs to, or null where it has been dealt with.</summary>
    public CoapSession? Enter(CoapDatagram datagram, CoapDecodeStatus status, CoapMessage message)
    {
        if (status == CoapDecodeStatus.Ignored) return null;
        if (_byAddress.ContainsKey(datagram.From)) return Open(datagram.From);
        var isRequest = status == CoapDecodeStatus.Ok && message.Code.IsRequest;
        if (isRequest && ((trustLoopback && datagram.From.IsLoopback) || HasEcho(message, datagram.From))) return Open(datagram.From);
        if (isRequest) Challenge(datagram, message);
        else if (message.Type == CoapType.Confirmable) Transmit(datagram, CoapEncoder.EncodeEmpty(CoapType.Reset, message.MessageId));
        return null;
    }

    public UdpSession Open(UdpAddress address)
    {
        if (_byAddress.TryGetValue(address, out var node))
        {
            _bySilence.Remove(node);
        }
        else
        {
            if (_byAddress.Count >= limit && _bySilence.First is { } silent)
            {
                _bySilence.Remove(silent);
                _byAddress.Remove(silent.Value.Address);
                forget(silent.Value);
            }

            node = new(new UdpSession(shard, address, socket));
            _byAddress.Add(address, node);
        }

        _bySilence.AddLast(node);
        return node.Value;
    }

    private bool HasEcho(CoapMessage message, UdpAddress address) =>
        message.Options.TryGet(CoapOptionNumber.Echo, out var value) && echo.IsValid(value.Span, address);

    private void Challenge(CoapDatagram datagram, CoapMessage request)
    {
        var refusal = CoapRoute.Find(request, out var route);
        var reply = refusal is null && route.Resource == CoapResource.WellKnown ? CoapIngress.ShowWellKnown(request) : new CoapMessage(CoapCode.Unauthorized);
        if (reply.Code == CoapCode.Unauthorized) reply.Options.Add(CoapOptionNumber.Echo, echo.Create(datagram.From));
        reply.Type = request.Type == CoapType.Confirmable ? CoapType.Acknowledgement : CoapType.NonConfirmable;
        reply.MessageId = request.MessageId;
        reply.Token = request.Token;
        Transmit(datagram, CoapEncoder.Encode(reply));
    }

    private void Transmit(CoapDatagram cause, byte[] answer)
    {
        if (answer.Length > MaxAmplification * cause.Bytes.Length) return;
        new UdpSession(shard, cause.From, socket).Transmit(answer);
    }
}
