using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Cli.Load;

/// <summary>Confirmable reports from one UDP socket. The datagram is made once; a report overwrites ids and numbers in it.</summary>
internal sealed class CoapLoadLane : LoadLane
{
    private const int PlaceCount = 4096;
    private const int HeaderLength = 4;
    private const int TokenLength = 4;
    private const int MaxAttempts = 5;
    private const int LargestAnswer = 1500;
    private const int ReceiveBuffer = 4 << 20;

    private readonly Socket _socket;
    private readonly LoadReport _report;
    private readonly long _ackTimeout;
    private readonly byte[] _datagram;
    private readonly byte[] _answer = new byte[LargestAnswer];
    private readonly int _objectAt;
    private readonly int _idAt;
    private readonly int _numberAt;
    private ushort _nextId;

    /// <param name="ackTimeout">Of the first transmission, in ticks of the run's clock.</param>
    public CoapLoadLane(IPEndPoint target, LoadReport report, long ackTimeout)
        : base(PlaceCount)
    {
        _report = report;
        _ackTimeout = ackTimeout;
        _datagram = Encode(report);
        _objectAt = _datagram.AsSpan().IndexOf(Encoding.ASCII.GetBytes("ep=" + report.Prefix)) + 3 + report.Prefix.Length;
        _idAt = _datagram.AsSpan().IndexOf("id="u8) + 3;
        _numberAt = _datagram.Length - report.Payload.Length + report.NumberOffset;
        _nextId = (ushort)Random.Shared.Next(ushort.MaxValue);
        _socket = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, ReceiveBufferSize = ReceiveBuffer };
        _socket.Connect(target);
    }

    public override Socket Socket => _socket;

    public override bool TrySend(int device, long number, long intendedAt, long now)
    {
        ref var place = ref Places[_nextId % PlaceCount];
        if (place.Number >= 0) return false;
        place = new LoadExchange { Number = number, Device = device, IntendedAt = intendedAt, ResendAt = now + _ackTimeout, Attempts = 1 };
        InFlight++;
        Transmit(_nextId++, place);
        return true;
    }

    public override void Flush()
    {
        // A datagram leaves at once.
    }

    public override void Receive(ILoadEvents events, long now)
    {
        while (true)
        {
            var length = _socket.Receive(_answer, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return;
            if (error == SocketError.Success && length >= HeaderLength) Take(_answer.AsSpan(0, length), events);
        }
    }

    public override void Advance(ILoadEvents events, long now)
    {
        if (InFlight == 0) return;
        for (var i = 0; i < PlaceCount; i++)
        {
            ref var place = ref Places[i];
            if (place.Number < 0 || place.ResendAt > now) continue;
            if (place.Attempts == MaxAttempts)
            {
                var lost = place;
                Free(i);
                events.Failed(lost, "no answer");
                continue;
            }

            place.ResendAt = now + (_ackTimeout << place.Attempts);
            place.Attempts++;
            events.Retransmitted();
            Transmit(IdOf(i), place);
        }
    }

    public override void Dispose() => _socket.Dispose();

    private static byte[] Encode(LoadReport report)
    {
        var message = new CoapMessage(CoapCode.Post, report.Payload) { Type = CoapType.Confirmable, Token = CoapToken.OfNumber(0) };
        message.Options.AddPath("/m2m/reports");
        message.Options.AddQuery("ep", report.ObjectOf(0));
        message.Options.AddQuery("id", new string('A', LoadReport.IdLength));
        message.Options.Add(CoapOptionNumber.ContentFormat, CoapContentFormat.SenmlJson);
        return CoapEncoder.Encode(message);
    }

    // The newest message id that fell on the place; ids are given in turn, so it is the last one that did.
    private ushort IdOf(int place) => (ushort)(_nextId - 1 - ((_nextId - 1 - place) & (PlaceCount - 1)));

    private void Transmit(ushort id, in LoadExchange exchange)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_datagram.AsSpan(2), id);
        BinaryPrimitives.WriteUInt16BigEndian(_datagram.AsSpan(HeaderLength), id);
        BinaryPrimitives.WriteUInt16BigEndian(_datagram.AsSpan(HeaderLength + 2), (ushort)exchange.Number);
        _report.WriteObject(_datagram.AsSpan(_objectAt), exchange.Device);
        _report.WriteId(_datagram.AsSpan(_idAt), exchange.Number);
        LoadReport.WriteNumber(_datagram.AsSpan(_numberAt, LoadReport.NumberDigits), exchange.Number);
        _socket.Send(_datagram, SocketFlags.None, out _);
    }

    private void Take(ReadOnlySpan<byte> answer, ILoadEvents events)
    {
        var type = (CoapType)((answer[0] >> 4) & 3);
        var code = new CoapCode(answer[1]);
        var id = BinaryPrimitives.ReadUInt16BigEndian(answer[2..]);
        if (!code.IsResponse) return;
        if (type == CoapType.Confirmable) _socket.Send(CoapEncoder.EncodeEmpty(CoapType.Acknowledgement, id), SocketFlags.None, out _);
        if ((answer[0] & 15) != TokenLength || answer.Length < HeaderLength + TokenLength) return;

        var place = BinaryPrimitives.ReadUInt16BigEndian(answer[HeaderLength..]) % PlaceCount;
        var exchange = Places[place];
        if (exchange.Number < 0 || (ushort)exchange.Number != BinaryPrimitives.ReadUInt16BigEndian(answer[(HeaderLength + 2)..])) return;
        Free(place);
        if (code.IsSuccess) events.Acknowledged(exchange);
        else events.Failed(exchange, code.ToString());
    }
}
