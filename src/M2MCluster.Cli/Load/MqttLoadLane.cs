using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace M2MCluster.Cli.Load;

/// <summary>
/// Reports at QoS 1 over one MQTT 5 connection. The PUBLISH is made once; a report overwrites ids and numbers in it. A connection that
/// broke is made again, and what was under way is sent again.
/// </summary>
internal sealed class MqttLoadLane : LoadLane
{
    private const int PlaceCount = 1024;
    private const byte Publish = 0x32;
    private const byte DuplicateFlag = 0x08;
    private const byte PubAck = 4;
    private const int HandshakeTimeout = 10_000;

    private readonly IPEndPoint _target;
    private readonly int _device;
    private readonly LoadReport _report;
    private readonly byte[] _connect;
    private readonly byte[] _publish;
    private readonly int _packetIdAt;
    private readonly int _idAt;
    private readonly int _numberAt;
    private readonly long _retryAfter;
    private readonly byte[] _in = new byte[16 * 1024];
    private byte[] _out = new byte[16 * 1024];
    private int _inLength;
    private int _outLength;
    private ushort _nextId = 1;
    private long _reconnectAt;
    private Socket? _socket;

    /// <param name="retryAfter">Ticks of the run's clock between two attempts to connect.</param>
    public MqttLoadLane(IPEndPoint target, int device, string secret, LoadReport report, long retryAfter)
        : base(PlaceCount)
    {
        _target = target;
        _device = device;
        _report = report;
        _retryAfter = retryAfter;
        _connect = MqttBytes.Connect(report.ObjectOf(device), secret);
        _publish = MqttBytes.Publish("m2m/reports", "application/senml+json", new string('A', LoadReport.IdLength), report.Payload, out _packetIdAt, out _idAt);
        _numberAt = _publish.Length - report.Payload.Length + report.NumberOffset;
        _socket = Open() ?? throw new UsageException($"The MQTT listener {target} does not take {report.ObjectOf(device)}.");
    }

    public override Socket? Socket => _socket;

    public override bool TrySend(int device, long number, long intendedAt, long now)
    {
        ref var place = ref Places[_nextId % PlaceCount];
        if (_socket is null || place.Number >= 0) return false;
        place = new LoadExchange { Number = number, Device = _device, IntendedAt = intendedAt, Attempts = _nextId };
        InFlight++;
        Append(place, Publish);
        _nextId = _nextId == ushort.MaxValue - (ushort.MaxValue % PlaceCount) - 1 ? (ushort)1 : (ushort)(_nextId + 1);
        return true;
    }

    public override void Flush()
    {
        if (_socket is null || _outLength == 0) return;
        var sent = _socket.Send(_out.AsSpan(0, _outLength), SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock)) Close();
        else Shift(_out, ref _outLength, sent);
    }

    public override void Receive(ILoadEvents events, long now)
    {
        while (_socket is { } socket)
        {
            var length = socket.Receive(_in.AsSpan(_inLength), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return;
            if (error != SocketError.Success || length == 0)
            {
                _reconnectAt = now + _retryAfter;
                Close();
                return;
            }

            _inLength += length;
            var at = 0;
            while (MqttBytes.TryFrame(_in.AsSpan(at, _inLength - at), out var frame, out var body))
            {
                if (_in[at] >> 4 == PubAck) Take(_in.AsSpan(at + body, frame - body), events);
                at += frame;
            }

            Shift(_in, ref _inLength, at);
        }
    }

    public override void Advance(ILoadEvents events, long now)
    {
        if (_socket is not null || now < _reconnectAt) return;
        _reconnectAt = now + _retryAfter;
        _socket = Open();
        if (_socket is null) return;
        foreach (ref var place in Places.AsSpan())
        {
            if (place.Number < 0) continue;
            events.Retransmitted();
            Append(place, Publish | DuplicateFlag);
        }
    }

    public override void Dispose() => Close();

    private Socket? Open()
    {
        var socket = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = HandshakeTimeout };
        try
        {
            socket.Connect(_target);
            socket.Send(_connect);
            var length = 0;
            while (!MqttBytes.TryFrame(_in.AsSpan(0, length), out _, out _))
            {
                var more = socket.Receive(_in.AsSpan(length));
                if (more == 0) throw new SocketException((int)SocketError.ConnectionReset);
                length += more;
            }

            if (MqttBytes.IsAccepted(_in.AsSpan(0, length)))
            {
                socket.Blocking = false;
                return socket;
            }
        }
        catch (SocketException)
        {
            // Not there, or not yet: the caller decides whether that matters.
        }

        socket.Dispose();
        return null;
    }

    private void Append(in LoadExchange exchange, byte header)
    {
        if (_outLength + _publish.Length > _out.Length) Array.Resize(ref _out, (_out.Length * 2) + _publish.Length);
        var packet = _out.AsSpan(_outLength, _publish.Length);
        _publish.CopyTo(packet);
        packet[0] = header;
        BinaryPrimitives.WriteUInt16BigEndian(packet[_packetIdAt..], (ushort)exchange.Attempts);
        _report.WriteId(packet[_idAt..], exchange.Number);
        LoadReport.WriteNumber(packet.Slice(_numberAt, LoadReport.NumberDigits), exchange.Number);
        _outLength += _publish.Length;
    }

    private void Take(ReadOnlySpan<byte> body, ILoadEvents events)
    {
        if (body.Length < 2) return;
        var id = BinaryPrimitives.ReadUInt16BigEndian(body);
        var exchange = Places[id % PlaceCount];
        if (exchange.Number < 0 || exchange.Attempts != id) return;
        Free(id % PlaceCount);
        var reason = body.Length > 2 ? body[2] : (byte)0;
        if (reason < 0x80) events.Acknowledged(exchange);
        else events.Failed(exchange, $"0x{reason:x2}");
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _inLength = 0;
        _outLength = 0;
    }

    private static void Shift(byte[] buffer, ref int length, int gone)
    {
        if (gone == 0) return;
        buffer.AsSpan(gone, length - gone).CopyTo(buffer);
        length -= gone;
    }
}
